"""The YAML of the source text, verbatim, faults included."""

DEBUGGER = """---
apiVersion: 'iofog.org/v3'
kind: Application
metadata:
name: debugger
spec:
---
apiVersion: 'iofog.org/v3'
kind: Microservice # Or application, as application uses the same spec for its microservices
metadata:
  name: debugger
spec:
  agent:
    name: my-agent-name
    config: {}
  images:
    catalogId: 4
  container:
    env: []
    ports: []
    hostNetworkMode: ture
    isPrivileged: true
    volumes: []
    commands: []
  config: {}
  application: debugger
"""

MENDED = DEBUGGER.replace("metadata:\nname: debugger", "metadata:\n  name: debugger").replace("ture", "true")

CATALOG_ITEM = """---
apiVersion: 'iofog.org/v3'
kind: CatalogItem
metadata:
  name: 'my-multiplatform-microservice'
spec:
  description: 'Alpine Linux'
  x86: 'amd64/alpine:latest'
  arm: 'arm32v6/alpine:latest'
  registry: 'remote'

"""

REGISTRY = """---
apiVersion: iofog.org/v3
kind: Registry
spec:
  url: registry.hub.docker.com # This will create a registry that can download your private docker hub images
  username: john
  password: q1u45ic9kst563art
  email: user@domain.com
"""

HELLO_WEB = """---
apiVersion: iofog.org/v3
kind: CatalogItem
metadata:
  name: Hello Web Demo
spec:
  x86: iofog/hello-web
  arm: iofog/hello-web-arm
  registry: remote
"""
