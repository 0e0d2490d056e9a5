# Sourced by scripts/containers.sh: stand-ins for the base images, which cannot be pulled everywhere, and our images.
# The stand-ins bear the real names, so that the Dockerfiles are built as they are.

sdk_image=mcr.microsoft.com/dotnet/sdk:10.0
runtime_image=mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiselled

make_base_images() {
    local debian=$work/debian
    if [ ! -e "$debian.done" ]; then
        say "making a Debian"
        rm -rf "$debian"
        debootstrap --variant=minbase --include=ca-certificates,libssl3,libstdc++6,zlib1g bookworm "$debian" \
            >"$work/logs/debootstrap.log" 2>&1 || fail "debootstrap: $(tail -3 "$work/logs/debootstrap.log")"
        touch "$debian.done"
    fi
    if ! build_tool inspect --type image "$sdk_image" >/dev/null 2>&1; then
        say "making $sdk_image"
        base_image "$sdk_image" "$debian" --env DOTNET_CLI_TELEMETRY_OPTOUT=1 --env DOTNET_NOLOGO=1 \
            --env DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1
    fi
    if ! build_tool inspect --type image "$runtime_image" >/dev/null 2>&1; then
        say "making $runtime_image"
        runtime_files "$debian" "$work/chiselled"
        base_image "$runtime_image" "$work/chiselled" --env ASPNETCORE_HTTP_PORTS=8080 \
            --env DOTNET_RUNNING_IN_CONTAINER=true --env APP_UID=1654 --user 1654
    fi
}

# An image of a folder: base_image NAME FOLDER OPTIONS-OF-CONFIG...
base_image() {
    local image=$1 folder=$2 container
    shift 2
    container=$(build_tool from scratch)
    build_tool copy --quiet "$container" "$folder" / >/dev/null
    build_tool config --env PATH=/usr/share/dotnet:/usr/sbin:/usr/bin:/sbin:/bin "$@" "$container"
    build_tool commit --quiet --rm "$container" "$image" >/dev/null
}

# What a chiselled image has: the runtime, the libraries it is linked with, certificates and a user. No shell, no tools.
runtime_files() {
    local debian=$1 root=$2 file library
    rm -rf "$root"
    mkdir -p "$root"/{etc/ssl,tmp,usr/share/dotnet,usr/lib,proc,sys,dev,var/tmp,home/app}
    ln -s usr/lib "$root/lib"
    ln -s usr/lib64 "$root/lib64"
    chmod 1777 "$root/tmp" "$root/var/tmp"
    cp -a "$dotnet_root"/{dotnet,host,shared} "$root/usr/share/dotnet/"
    cp -a "$debian/etc/ssl/certs" "$root/etc/ssl/"
    mkdir -p "$root/usr/share" && cp -a "$debian/usr/share/ca-certificates" "$root/usr/share/"
    printf 'root:x:0:0::/root:/bin/false\napp:x:1654:1654::/home/app:/bin/false\n' >"$root/etc/passwd"
    printf 'root:x:0:\napp:x:1654:\n' >"$root/etc/group"
    echo 'hosts: files dns' >"$root/etc/nsswitch.conf"
    # The runtime opens the libraries of OpenSSL by name.
    for file in "$dotnet_root/dotnet" "$dotnet_root"/shared/Microsoft.NETCore.App/*/*.so \
        "$debian"/usr/lib/*/libssl.so.3; do
        ldd "$file" 2>/dev/null | grep -oE '/[^ ]+' || true
    done | sort -u | while read -r library; do
        case $library in "$dotnet_root"/*) continue ;; esac
        [ -e "$debian/$library" ] || continue
        install -D "$debian$library" "$root/usr${library#/usr}"
    done
    for file in libssl.so.3 libcrypto.so.3; do
        for library in "$debian"/usr/lib/*/"$file"; do
            install -D "$library" "$root${library#"$debian"}"
        done
    done
}

# Builds one of our Dockerfiles. The packages come from this machine's own folder of them, locked to their hashes.
build_image() {
    local kind=$1 packages builder_home
    say "building Dockerfile.$kind"
    packages=$(dotnet nuget locals global-packages -l | sed 's/^[^:]*: //; s#/$##')
    # Root builds inside, and is the same there as here.
    builder_home=$(getent passwd root | cut -d: -f6)
    mkdir -p "$HOME/.nuget/NuGet" "$packages"
    build_tool bud --pull-never --network host --format docker \
        --volume "$dotnet_root:/usr/share/dotnet:ro" \
        --volume "$packages:$builder_home/.nuget/packages" \
        --volume "$HOME/.nuget/NuGet:$builder_home/.nuget/NuGet" \
        --tag "localhost/votes-$kind" --file "Dockerfile.$kind" . >"$work/logs/build-$kind.log" 2>&1 ||
        fail "Dockerfile.$kind: $(tail -15 "$work/logs/build-$kind.log")"
    build_tool from --pull-never --name "size-$kind" "localhost/votes-$kind" >/dev/null
    say "built votes-$kind: $(du -sm --apparent-size "$(build_tool mount "size-$kind")/app" | cut -f1) MB of ours"
    build_tool rm "size-$kind" >/dev/null
}
