#!/bin/sh
# The start commands of production, one for each process: docker-compose.yml and the tests call the same.
# Usage: serve.sh migrate | web | worker | beat | backup | drill | health | worker-health | beat-health
set -eu
cd "$(dirname "$0")/.."
export DJANGO_SETTINGS_MODULE="${DJANGO_SETTINGS_MODULE:-config.settings.production}"
BEAT_FILE="${BEAT_FILE:-/tmp/kiteline-beat}"

case "${1:-}" in
migrate)
	# The administrator's address is for this step only.
	if [ -n "${DATABASE_ADMIN_URL:-}${DATABASE_ADMIN_URL_FILE:-}" ]; then
		python manage.py ensure_roles
	fi
	python manage.py migrate --database=owner --noinput
	exec python manage.py createcachetable --database=owner
	;;
web)
	python manage.py preflight
	# Requests beyond the threads wait in the backlog; a worker that grows or ages is replaced.
	exec granian --interface wsgi --http 1 --no-ws \
		--host "${WEB_HOST:-0.0.0.0}" --port "${WEB_PORT:-8000}" \
		--workers "${WEB_WORKERS:-2}" --blocking-threads "${WEB_THREADS:-4}" \
		--backlog 512 --backpressure "${WEB_BACKPRESSURE:-16}" \
		--http1-header-read-timeout 10000 \
		--respawn-failed-workers --workers-lifetime 6h --workers-max-rss "${WEB_MAX_MB:-512}" \
		--workers-kill-timeout 30 \
		config.wsgi:application
	;;
worker)
	python manage.py preflight
	exec celery --app config worker --loglevel "${LOG_LEVEL:-info}" \
		--concurrency "${WORKER_PROCESSES:-2}" --max-tasks-per-child 500 --max-memory-per-child 400000 \
		--without-gossip --without-mingle
	;;
beat)
	python manage.py preflight
	exec celery --app config beat --loglevel "${LOG_LEVEL:-info}" --schedule "$BEAT_FILE" --pidfile=
	;;
backup)
	exec python manage.py backup
	;;
drill)
	exec python manage.py backup_drill
	;;
health)
	exec python -c '
import os, urllib.request
host = (os.environ.get("ALLOWED_HOSTS") or "localhost").split(",")[0].strip().lstrip(".").replace("*", "localhost")
url = "http://127.0.0.1:" + os.environ.get("WEB_PORT", "8000") + "/healthz"
urllib.request.urlopen(urllib.request.Request(url, headers={"Host": host}), timeout=5)
'
	;;
worker-health)
	exec celery --app config --quiet inspect ping --timeout 10 --destination "celery@$(hostname)"
	;;
beat-health)
	# Beat writes its file every three minutes.
	test -n "$(find "$BEAT_FILE"* -mmin -10 2>/dev/null)"
	;;
*)
	echo "Usage: serve.sh migrate|web|worker|beat|backup|drill|health|worker-health|beat-health" >&2
	exit 2
	;;
esac
