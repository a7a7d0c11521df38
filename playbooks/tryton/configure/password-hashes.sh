# Writes the file that [password] passlib of trytond.conf names: password-hashes.sh FILE
# Old hashes are still read, and each is renewed as argon2 when its owner signs in. Series 7.6 reads argon2 only.
set -e
umask 022
cat > "$1.new" <<'INI'
[passlib]
schemes = argon2, scrypt, pbkdf2_sha512
default = argon2
deprecated = auto
INI
mv -- "$1.new" "$1"
