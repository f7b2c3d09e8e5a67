# Where the Debian 13 build keeps what it makes; sourced by whoever makes or uses it. Sets variables, does nothing else.
# Everything is outside the checkout and named by the contents that it was made from.
chroot_source=$(cd "${chroot_source:-$(dirname "$0")/../..}" && pwd -P)
chroot_cache=${XDG_CACHE_HOME:-/var/cache}/sandboxd-tests
trixie_root=$chroot_cache/trixie-root-$(sha256sum <"$chroot_source/tests/chroot/packages" | cut -c 1-12)
trixie_ccache=$chroot_cache/trixie-ccache
# Where this checkout is built: a copy of it, with the objects of earlier builds.
trixie_build=$chroot_cache/trixie-packages-$(printf %s "$chroot_source" | sha256sum | cut -c 1-12)

# What goes into packages: all but what was made here and tests that are no part of the build.
chroot_tar() {
    tar --create --directory "$chroot_source" --sort=name --exclude-vcs --exclude-backups --exclude=__pycache__ \
        --exclude=./build --exclude='./build-*' --exclude=./.cache --exclude='./obj-*' --exclude=./debian/.debhelper \
        --exclude=./tests/vm --exclude=./tests/suite "$@" .
}
chroot_hash=$({ echo "$trixie_root"; chroot_tar --mtime=@0 --owner=0 --group=0 --numeric-owner; } | sha256sum | cut -c 1-16)
# The packages that were built from exactly this.
trixie_debs=$chroot_cache/trixie-debs-$chroot_hash
