"""Traffic without a reset: whoever sees one here is wrong."""

import http.client

from registry import none, scenario, variant


@scenario("ordinary", none, [variant(4, 1, "rules", "client"), variant(6, 40, "figures", "client"), variant(4, 40, "figures", "server"), variant(6, 1, "rules", "r1any")])
def ordinary(lab):
    """Pages, style sheets and pictures, over persistent and single connections, all closed in order by one side or the other."""
    lab.web()
    lab.curl(lab.url("/"), "--output", "/dev/null", lab.url("/style.css"), "--output", "/dev/null", lab.url("/logo.png"))
    connection = http.client.HTTPConnection(lab.server_ip)
    connection.sock = lab.connect(80)
    connection.request("GET", "/logo.png", headers={"Connection": "close"})
    connection.getresponse().read()
    connection.close()
    lab.curl(lab.url("/nothing-here"))
    lab.wait(0.1)
