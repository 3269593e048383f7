"""What granian loads."""

from catalogweb.commands.gate import Gate
from catalogweb.wsgi import application as wsgi

application = Gate(wsgi)
