# convert.sh PYTHON RELEASE CONFIG: turns the ini file into the YAML file that RELEASE reads; CONFIG.ini keeps the old one
set -eu
[ -e "$3.ini" ] || cp -p -- "$3" "$3.ini"
"$1" "$2/buildtrack.py" convert-config --config "$3.ini" --output "$3.new"
mv -f -- "$3.new" "$3"
