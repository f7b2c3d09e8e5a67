# Where the Debian 13 build keeps what it makes; sourced by whoever makes or uses it. Sets variables, does nothing else.
# Everything is outside the checkout and named by the contents that it was made from.
chroot_source=$(cd "${chroot_source:-$(dirname "$0")/../..}" && pwd -P)
chroot_cache=${XDG_CACHE_HOME:-/var/cache}/sandboxd-tests
chroot_checkout=$(printf %s "$chroot_source" | sha256sum | cut -c 1-12)
trixie_root=$chroot_cache/trixie-root-$(sha256sum <"$chroot_source/tests/chroot/packages" | cut -c 1-12)
trixie_build=$chroot_cache/trixie-build-$chroot_checkout
trixie_ccache=$chroot_cache/trixie-ccache
# The tree that `meson install` of that build made: usr/…, etc/….
trixie_install=$chroot_cache/trixie-install-$chroot_checkout
