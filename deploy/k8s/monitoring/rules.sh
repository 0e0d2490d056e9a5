#!/bin/sh
# Prints the alert and recording rules of prometheus/ as an object of the Prometheus operator:
#
#   deploy/k8s/monitoring/rules.sh | kubectl apply -f -
#
# Made when it is needed, so that there is one copy of the rules. Add the labels that your operator selects rules by.
set -eu
cd "$(dirname "$0")/../../../prometheus"
cat <<'END'
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: votes
  namespace: votes
  labels: {app.kubernetes.io/part-of: votes}
spec:
  groups:
END
for file in recording.yml alerts.yml; do
    sed -e '/^groups:$/d' -e '/./s/^/  /' "$file"
done
