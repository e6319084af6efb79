"""What the web server calls."""

from django.core.wsgi import get_wsgi_application

from sluis.conf.env import select_settings

select_settings()
application = get_wsgi_application()
