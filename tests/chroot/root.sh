# The Debian 13 root file system that packages are built and judged in; sourced after paths.sh. Defines functions only.

# The mirror that this machine's own apt uses: the first entry whose path ends in /debian.
mirror() {
    found=$(grep -rhoE 'https?://[^ ]+/debian/?( |$)' /etc/apt/sources.list /etc/apt/sources.list.d 2>/dev/null |
        grep -v snapshot | head -n 1 | tr -d ' ')
    echo "${found:-http://deb.debian.org/debian}"
}

# Made once for each list of packages; one process makes it, others wait.
provide_root() {
    mkdir -p "$chroot_cache"
    exec 8>"$trixie_root.lock"
    flock 8
    [ -d "$trixie_root" ] || make_root
    exec 8>&-
}

make_root() {
    packages=$(grep -v '^#' "$chroot_source/tests/chroot/packages" | paste -sd, -)
    rm -rf "$trixie_root.new"
    mmdebstrap --quiet --variant=minbase --include="$packages" --aptopt='Apt::Install-Recommends "false"' \
        trixie "$trixie_root.new" "$(mirror)" >&2
    for directory in build ccache debs results; do
        mkdir "$trixie_root.new/$directory"
    done
    mv "$trixie_root.new" "$trixie_root"
}

# inside_root DEBS COMMAND…: in a mount namespace of its own, so that nothing has to be unmounted, and a pid namespace, so
# that nothing stays. There, /debs is the directory DEBS; /build, /ccache and /results are those of this checkout.
inside_root() {
    mkdir -p "$trixie_build" "$trixie_ccache"
    unshare --mount --pid --fork --kill-child --propagation private -- sh -eu -c '
        root=$1
        mount --bind "$2" "$root/build"
        mount --bind "$3" "$root/ccache"
        mount --bind "$4" "$root/results"
        mount --bind "$5" "$root/debs"
        mount -t proc proc "$root/proc"
        mount --rbind /dev "$root/dev"
        shift 5
        exec chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 CCACHE_DIR=/ccache "$@"
    ' sh "$trixie_root" "$trixie_build" "$trixie_ccache" "${SANDBOXD_TEST_RESULTS:-$trixie_build}" "$@"
}
