#!/usr/bin/env bash
# Runs once, when the database is made. One plain role owns the database and runs migrations and backups; the service signs in
# as another that only reads and writes rows, and the exporter as one that may only look. None is a superuser, whom row-level
# security would not bind.
set -euo pipefail
secrets=${SECRETS:-/run/secrets}

psql --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
  --set database="$POSTGRES_DB" \
  --set owner="$(cat "$secrets/database_owner_password")" \
  --set password="$(cat "$secrets/database_password")" \
  --set monitor="$(cat "$secrets/monitor_password")" <<'SQL'
CREATE ROLE hr_scheduling_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'owner';
CREATE ROLE hr_scheduling LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'password';
CREATE ROLE monitor LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'monitor';
GRANT pg_monitor TO monitor;

ALTER DATABASE :"database" OWNER TO hr_scheduling_owner;
ALTER SCHEMA public OWNER TO hr_scheduling_owner;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
-- Of what migrations make from now on, the service has the rows.
ALTER DEFAULT PRIVILEGES FOR ROLE hr_scheduling_owner GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO hr_scheduling;

-- Nobody has a way into a database, or tables of their own in it, that they were not given.
REVOKE CONNECT, TEMPORARY ON DATABASE :"database" FROM PUBLIC;
REVOKE CONNECT, TEMPORARY ON DATABASE postgres, template1 FROM PUBLIC;
GRANT CONNECT ON DATABASE :"database" TO hr_scheduling, monitor;
SQL
