#!/bin/bash
# Runs in the lab's guest, as root, started by run.py: loads the DAHDI modules, configures the spans, runs pytest.
#
#     guest.sh RESULTS PYTHON PYTEST-ARGUMENTS...
#
# Only RESULTS and the tmpfs mounts can be written; the rest is the host's file system. The exit status, pytest's own or
# the failing step's, goes to the host through virtme-ng.
set -eu -o pipefail

results=$1
python=$2
shift 2
checkout=$(cd "$(dirname "$0")/../.." && pwd)
cd "$checkout"

exec >>"$results/pytest.log" 2>&1

# Everything that would write beside the sources writes here instead.
scratch=/run/strowger
mkdir -p "$scratch"
export HOME=$scratch TMPDIR=$scratch XDG_CACHE_HOME=$scratch
export STROWGER_LAB_RESULTS=$results
export HYPOTHESIS_STORAGE_DIRECTORY=$scratch/hypothesis
export PYTHONDONTWRITEBYTECODE=1
# Every name stands in the log before its test runs, so that the host sees where a hung guest stopped.
export PYTHONUNBUFFERED=1
export LANG=C.UTF-8
# Plugins that no lab test needs take seconds to import on this processor.
export PYTEST_DISABLE_PLUGIN_AUTOLOAD=1

# A channel is a file; the whole lab has 280 of them.
ulimit -n 4096

# The disks of images.py.
modprobe virtio_blk
modprobe ext4
mkdir "$scratch/checkout"
mount -o ro /dev/vda "$scratch/checkout"
for folder in "$scratch"/checkout/*; do
    if [[ $folder != */lost+found ]]; then
        mount --bind "$folder" "$checkout/${folder##*/}"
    fi
done
read -r stdlib purelib < <("$python" -c "from sysconfig import get_path; print(get_path('stdlib'), get_path('purelib'))")
mount -o ro /dev/vdb "$stdlib"
mount -o ro /dev/vdc "$purelib"

# On a host with udev it also runs in the guest, and its rules for DAHDI would race with dahdi_cfg. Device files come by
# devtmpfs without it.
if [ -S /run/udev/control ]; then
    udevadm control --exit
fi

# Debian's default is not to assign spans: none would appear.
modprobe dahdi auto_assign_spans=1
modprobe dahdi_dynamic
modprobe dahdi_dynamic_loc
dahdi_cfg -c tests/lab/dahdi.conf

# From here on the kernel's messages wait in its buffer: printing them on an emulated serial line would hold up the
# clock that paces the spans.
dmesg --console-level emerg
trap 'dmesg >"$results/dmesg.log"' EXIT

"$python" -m pytest -p pytest_trio.plugin -p no:cacheprovider -v --junit-xml="$results/junit.xml" -m lab "$@"
