"""gunicorn's settings (`gunicorn config.wsgi -c python:config.web_server`); what the command line says comes before."""

from . import environment, logs

environment.read_file()
bind = "127.0.0.1:8000"
threads = 4
control_socket_disable = True
# The server's own lines look like the application's.
logconfig_dict = logs.settings(environment.log_format())
