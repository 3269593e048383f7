"""Which image is pulled with which registry's credentials: one table, for the server that warns and the edge that pulls."""

# (image reference, registry URL, whether the registry's credentials serve it)
CASES = [
    ("team/app:1", "registry.hub.docker.com", True),
    ("index.docker.io/team/app:1", "docker.io", True),
    ("index.docker.io:443/team/app:1", "docker.io", True),
    ("docker.io/team/app:1", "index.docker.io:443", True),
    ("team/app:1", "reg.example.org", False),
    ("reg.example.org/team/app:1", "reg.example.org", True),
    ("REG.example.org/team/app:1", "reg.example.org", True),
    ("reg.example.org/team/app:1", "reg.example.org/team", True),
    ("reg.example.org:443/team/app:1", "reg.example.org", True),
    ("reg.example.org/team/app:1", "reg.example.org:443", True),
    ("reg.example.org:443/team/app:1", "reg.example.org:443/team", True),
    ("registry:443/team/app:1", "registry", True),
    ("registry:443/team/app:1", "registry:443", True),
    ("registry/team/app:1", "registry", False),  # engines take it for a path on Docker Hub
    ("registry:5000/team/app:1", "registry:5000", True),
    ("registry:5000/team/app:1", "registry", False),
    ("reg.example.org:4430/team/app:1", "reg.example.org", False),
    ("reg.example.org:5000/team/app:1", "reg.example.org", False),
    ("reg.example.org.evil.org/team/app:1", "reg.example.org", False),
    ("[::1]:443/team/app:1", "[::1]", True),
    ("localhost/team/app:1", "localhost:443", True),
]
