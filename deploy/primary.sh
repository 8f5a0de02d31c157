# Read by the scripts beside it: where the primary is, in PostgreSQL's own variables, so that no
# password stands in a list of processes.
if [ -z "${DATABASE_URL:-}" ]; then
    set -a
    . /etc/threshold/environment
    set +a
fi
PRIMARY_URL="${PRIMARY_URL:-$DATABASE_URL}"

plain() {
    printf '%b' "${1//%/\\x}"
}

host='([^]:/?[]+|\[[0-9A-Fa-f:.]+\])'
if ! [[ "$PRIMARY_URL" =~ ^postgres(ql)?://([^:@/]+)(:([^@/]*))?@$host(:([0-9]+))?/([^?]+)(\?(.*))?$ ]]; then
    echo "PRIMARY_URL is no address: postgres://user:password@host:port/name?sslmode=verify-full" >&2
    exit 2
fi
export PGUSER="$(plain "${BASH_REMATCH[2]}")" PGPASSWORD="$(plain "${BASH_REMATCH[4]}")"
export PGHOST="${BASH_REMATCH[5]//[][]/}" PGPORT="${BASH_REMATCH[7]:-5432}" PGDATABASE="${BASH_REMATCH[8]}"
IFS='&' read -ra options <<<"${BASH_REMATCH[10]}"
for option in "${options[@]}"; do
    case "$option" in
        sslmode=*) export PGSSLMODE="$(plain "${option#*=}")" ;;
        sslrootcert=*) export PGSSLROOTCERT="$(plain "${option#*=}")" ;;
        *) echo "PRIMARY_URL may only say sslmode and sslrootcert after its ?" >&2; exit 2 ;;
    esac
done
# What takes longer than a page may has none of the limits that pages have.
export PGOPTIONS="-c statement_timeout=0 -c idle_in_transaction_session_timeout=0 -c lock_timeout=${LOCK_TIMEOUT:-2s}"
