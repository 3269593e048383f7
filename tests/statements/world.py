"""Something of everything that there is, around which more and more gathers: statements must not grow with it."""

import re
from typing import Any

from catalogweb.accounts.services import make_token
from catalogweb.changelog.models import Entry
from catalogweb.controller.models import Value
from catalogweb.core.rights import Role, System
from catalogweb.deployments.container import CONFIG_MAP, SECRET, Container, Port, Source, Volume
from catalogweb.deployments.services import deploy
from tests.factories import (
    AgentFactory,
    ApplicationFactory,
    ApplicationTemplateFactory,
    CatalogItemFactory,
    ConfigMapFactory,
    EdgeResourceFactory,
    EventFactory,
    MicroserviceFactory,
    PrivateRegistryFactory,
    RevisionFactory,
    RouteFactory,
    SecretFactory,
    UserFactory,
    VolumeMountFactory,
)

BY = System()


class World:
    """`fill` gathers more rows around the same agent, application, item, registry, and what they use."""

    def __init__(self) -> None:
        self.rows = 0
        self.user = UserFactory(email="root@example.org", role=Role.SUPERUSER)
        UserFactory(role=Role.SUPERUSER)
        self.token = make_token(by=self.user, name="ci", days=1)[0]
        self.agent, self.application = AgentFactory(name="north"), ApplicationFactory(name="heart")
        self.registry = PrivateRegistryFactory(url="reg.example")
        self.item = CatalogItemFactory(name="demo", images={"x86": "team/web:1"})
        self.secret, self.config_map = SecretFactory(name="db"), ConfigMapFactory(name="levels")
        self.mount = VolumeMountFactory(name="tls", secret=self.secret, agents=[self.agent])
        self.resource = EdgeResourceFactory(name="camera")
        self.resource.agents.add(self.agent)
        self.template = ApplicationTemplateFactory(name="tour", variables={"port": 80})
        self.value = Value.objects.create(key="proxy", value="x")
        self.web, self.peer = (self.place(name, port) for name, port in (("web", 8080), ("peer", 8081)))
        self.route = RouteFactory(name="beat", application=self.application, source=self.web, destination=self.peer)
        system = ApplicationFactory(name="inner", is_system=True)
        self.system = MicroserviceFactory(name="router", application=system, agent=self.agent)
        self.entry = Entry.objects.latest("id")

    def place(self, name: str, port: int, **more: Any) -> Any:
        container = Container(
            env={"A": Source(SECRET, "db", "password"), "B": Source(CONFIG_MAP, "levels", "level"), "C": "d"},
            ports=(Port(80, port),),
            volumes=(Volume("/srv", "/data"), Volume("tls", "/tls", "ro", "volumeMount")),
            extra_hosts=(("db", "10.0.0.5"), ("north", "${Agents.north}")),
        )
        given = {"application": self.application, "agents": [self.agent], "revision": self.item.current, **more}
        return deploy(by=BY, name=name, container=container, **given)[0]

    def fill(self, rows: int) -> None:
        for number in range(self.rows, self.rows + rows):
            other = AgentFactory(name=f"south-{number}")
            self.mount.agents.add(other)
            self.resource.agents.add(other)
            own = RevisionFactory(registry=self.registry, images={"x86": f"reg.example/own:{number}"})
            self.place(f"here-{number}", 9000 + 2 * number)
            self.place(f"own-{number}", 9001 + 2 * number, revision=own)
            there = self.place(f"there-{number}", 8080, agents=[other])
            elsewhere = ApplicationFactory()
            self.place(f"elsewhere-{number}", 8081, agents=[other], application=elsewhere)
            RouteFactory(application=self.application, source=self.web, destination=there)
            MicroserviceFactory(application=self.system.application, agent=self.agent)
            item = CatalogItemFactory(images={"x86": f"reg.example/item:{number}"}, images__registry=self.registry)
            RevisionFactory(item=self.item, number=number + 2)
            item.refresh_from_db()
            PrivateRegistryFactory()
            VolumeMountFactory(secret=self.secret, agents=[self.agent, other])
            EdgeResourceFactory().agents.add(self.agent)
            ApplicationTemplateFactory(variables={"port": 80, "name": "x"})
            SecretFactory(), ConfigMapFactory(), EventFactory()
            Value.objects.create(key=f"key-{number}", value="x")
            make_token(by=self.user, name=f"ci-{number}", days=1)
            UserFactory(role=Role.SUPERUSER)
        self.rows += rows

    def address(self, path: str) -> str:
        """The path with its placeholders filled in by the things of this world."""
        family = path.strip("/").split("/")[0]
        names = {
            "catalog": {"pk": self.item.pk, "id": self.item.pk},
            "registries": {"pk": self.registry.pk, "id": self.registry.pk},
            "account": {"pk": self.token.pk}, "users": {"pk": UserFactory().pk}, "controller": {"pk": self.value.pk},
            "config": {"key": self.value.key}, "secrets": {"pk": self.secret.pk, "name": "db"},
            "config-maps": {"pk": self.config_map.pk}, "configmaps": {"name": "levels"},
            "volume-mounts": {"uuid": self.mount.uuid}, "volumeMounts": {"name": "tls"},
            "agents": {"uuid": self.agent.uuid, "order": "reboot"},
            "iofog": {"uuid": self.agent.uuid, "command": "upgrade", "kind": "hw"},
            "edge-resources": {"pk": self.resource.pk},
            "edgeResource": {"name": "camera", "version": self.resource.version},
            "applications": {"name": "heart", "route": "beat"}, "application": {"name": "heart"},
            "flow": {"id": self.application.pk}, "templates": {"pk": self.template.pk},
            "applicationTemplate": {"name": "tour"},
            "microservices": {"uuid": self.web.uuid, "internal": 80, "id": 1, "receiver": self.peer.uuid},
            "deployments": {"pk": self.web.deployment_id}, "changes": {"pk": self.entry.pk},
            "routes": {"application": "heart", "name": "beat"}, "roles": {"name": "viewer"},
            "rolebindings": {"name": "x"}, "serviceaccounts": {"application": "heart", "name": "web"},
        }.get(family, {})  # fmt: skip
        if path.startswith(("/microservices/system/", "/application/system/")):
            names = names | {"uuid": self.system.uuid, "name": "inner"}
        return re.sub(r"<\w+:(\w+)>", lambda found: str(names.get(found[1], "none")), path)
