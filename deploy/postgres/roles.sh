#!/usr/bin/env bash
# Runs once, when the database is made. The service signs in as a plain role that owns its database, since row-level
# security binds no superuser; the exporter as one that may only look.
set -euo pipefail
secrets=${SECRETS:-/run/secrets}

psql --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
  --set database="$POSTGRES_DB" \
  --set password="$(cat "$secrets/database_password")" \
  --set monitor="$(cat "$secrets/monitor_password")" <<'SQL'
CREATE ROLE hr_scheduling LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'password';
CREATE ROLE monitor LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'monitor';
GRANT pg_monitor TO monitor;
ALTER DATABASE :"database" OWNER TO hr_scheduling;
ALTER SCHEMA public OWNER TO hr_scheduling;
REVOKE CONNECT ON DATABASE :"database" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"database" TO monitor;
SQL
