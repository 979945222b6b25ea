# Sourced by the scripts beside it. Moves to the project's root and gives `make_env`.
# Wants a Python 3.11 or newer with venv and pip, and a way to reach PyPI; nothing else.

cd "$(dirname "${BASH_SOURCE[0]}")/.."
export PATH="$PWD/.venv/bin:$PATH"
PYTHON=.venv/bin/python

say() { printf '%s\n' "$*" >&2; }

die() {
  say "$*"
  exit 1
}

# 3.11 first: the requirements are resolved for it.
find_python() {
  local name
  for name in python3.11 python3 python3.12 python3.13 python3.14 python; do
    if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      command -v "$name"
      return
    fi
  done
  die "Handrail needs Python 3.11 or newer, with venv and pip (Debian: apt-get install python3-venv)."
}

# uv installs in seconds what pip takes over a minute for. Where there is none, it gets a corner of its own.
find_uv() {
  local home=var/uv python
  if command -v uv >/dev/null && uv --version >/dev/null 2>&1; then
    command -v uv
    return
  fi
  if ! "$home/bin/uv" --version >/dev/null 2>&1; then
    say "Fetching uv..."
    python=$(find_python)
    "$python" -m venv --clear "$home"
    "$home/bin/pip" install --quiet --disable-pip-version-check uv >&2
  fi
  printf '%s\n' "$PWD/$home/bin/uv"
}

# make_env requirements.txt: .venv holds what the file pins. A copy of the file is kept as the mark of
# what was installed, so a second run costs nothing.
make_env() {
  local file=$1 uv python
  local mark=.venv/installed-$file
  if cmp -s "$file" "$mark" && "$PYTHON" -c '' 2>/dev/null; then
    return
  fi
  uv=$(find_uv)
  if ! "$PYTHON" -c '' 2>/dev/null; then
    python=$(find_python)
    "$uv" venv --quiet --clear --python "$python" .venv
  fi
  say "Installing $file..."
  "$uv" pip install --quiet --python "$PYTHON" --require-hashes -r "$file"
  cp "$file" "$mark"
}

# A shell that holds production's settings must not leak them into a demo or a test.
forget_settings() {
  local name
  for name in $(compgen -e); do
    case ${name%_FILE} in
      SECRET_KEY | DEBUG | PUBLIC_URL | ALLOWED_HOSTS | DATABASE_URL | REDIS_URL | KEY_RING | EMAIL_URL | \
        SMS_* | TWILIO_* | VAPID_* | DJANGO_SETTINGS_MODULE) unset "$name" ;;
    esac
  done
}
