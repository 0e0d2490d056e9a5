using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Votes.LocalCluster;
using Xunit;

namespace Votes.Tests.Deploy;

/// <summary>
/// What `kubectl apply -k` would send to Kubernetes: kustomize makes more of the manifests than is written there.
/// </summary>
public sealed partial class KustomizeTests
{
    // Older ones do not know the labels of base/kustomization.yaml.
    private const int OldestKustomize = 5;
    private const int RegexLimitMilliseconds = 1_000;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_base_is_these_objects_all_in_the_namespace_of_the_network_policies()
    {
        var objects = await RenderAsync("base");

        Assert.Equal(
            [
                "ConfigMap votes-ingest-#", "ConfigMap votes-silo-#",
                "Deployment votes-ingest", "Deployment votes-silo",
                "HorizontalPodAutoscaler votes-ingest", "HorizontalPodAutoscaler votes-silo",
                "Job votes-migrate", "Namespace votes",
                "NetworkPolicy votes-ingest", "NetworkPolicy votes-nothing", "NetworkPolicy votes-silo",
                "NetworkPolicy votes-to-broker", "NetworkPolicy votes-to-database", "NetworkPolicy votes-to-names",
                "NetworkPolicy votes-to-silos",
                "PodDisruptionBudget votes-ingest", "PodDisruptionBudget votes-silo",
                "Service votes-ingest-operations", "Service votes-silo", "Service votes-silo-operations",
                "ServiceAccount votes",
            ],
            objects.Select(NameOf).Order(StringComparer.Ordinal));
        Assert.All(objects, manifest => Assert.Equal(
            NameOf(manifest) == "Namespace votes" ? "" : "votes", Namespaces().Match(manifest).Groups["name"].Value));
        Assert.All(objects, static manifest => Assert.Contains("app.kubernetes.io/part-of: votes", manifest));
    }

    [Fact]
    public async Task Pods_run_the_images_that_the_kustomization_names_with_the_options_it_makes()
    {
        var objects = await RenderAsync("base");

        Assert.Equal(
            ["votes-ingest:latest", "votes-silo:latest", "votes-silo:latest"],
            objects.SelectMany(static manifest => Images().Matches(manifest))
                .Select(static match => match.Groups["name"].Value).Order(StringComparer.Ordinal));

        // The hash in the name is what rolls the pods when an option changes: both sides must have it.
        foreach (var kind in new[] { "silo", "ingest" })
        {
            var map = Assert.Single(objects, manifest => NameOf(manifest) == $"ConfigMap votes-{kind}-#");
            var deployment = Assert.Single(objects, manifest => NameOf(manifest) == $"Deployment votes-{kind}");
            Assert.Equal(
                Names().Match(map).Groups["name"].Value, ConfigMapReferences().Match(deployment).Groups["name"].Value);
        }
    }

    [Fact]
    public async Task What_selects_pods_does_not_change_with_the_labels_of_the_kustomization()
    {
        var objects = await RenderAsync("base");

        // A Deployment's selector cannot be changed any more once it is there.
        Assert.All(
            objects.Where(static manifest => NameOf(manifest).StartsWith("Deployment ", StringComparison.Ordinal)),
            static manifest => Assert.Equal(
                "app.kubernetes.io/name: " + NameOf(manifest).Split(' ')[1],
                Selectors().Match(manifest).Groups["labels"].Value.Trim()));
    }

    [Fact]
    public async Task Monitoring_is_a_service_monitor_for_each_service_with_metrics()
    {
        var services = (await RenderAsync("base"))
            .Where(static manifest => NameOf(manifest).StartsWith("Service ", StringComparison.Ordinal)).ToList();
        var monitors = await RenderAsync("monitoring");

        Assert.Equal(["ServiceMonitor votes-ingest", "ServiceMonitor votes-silo"], monitors.Select(NameOf).Order());
        Assert.All(monitors, monitor =>
        {
            Assert.Equal("votes", Namespaces().Match(monitor).Groups["name"].Value);
            var selected = Selectors().Match(monitor).Groups["labels"].Value.Trim();
            var service = Assert.Single(services, service => service.Contains(selected, StringComparison.Ordinal));
            Assert.Contains("name: operations", service, StringComparison.Ordinal);
        });
    }

    private static async Task<IReadOnlyList<string>> RenderAsync(string folder)
    {
        Assert.SkipUnless(
            await HasKustomizeAsync(),
            $"kubectl with kustomize {OldestKustomize} or newer is not on this machine");
        var rendered = await KubectlAsync(["kustomize", Path.Combine(Repository.Root, "deploy/k8s", folder)], Stop);
        return rendered.Split("\n---\n");
    }

    private static async Task<bool> HasKustomizeAsync()
    {
        try
        {
            var version = Versions().Match(await KubectlAsync(["version", "--client"], Stop));
            return version.Success
                && int.Parse(version.Groups["major"].Value, CultureInfo.InvariantCulture) >= OldestKustomize;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }

    private static async Task<string> KubectlAsync(string[] arguments, CancellationToken cancellationToken)
    {
        using var kubectl = Process.Start(
            new ProcessStartInfo("kubectl", arguments)
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
        var output = kubectl.StandardOutput.ReadToEndAsync(cancellationToken);
        var errors = kubectl.StandardError.ReadToEndAsync(cancellationToken);
        await kubectl.WaitForExitAsync(cancellationToken);
        Assert.True(kubectl.ExitCode == 0, await errors);
        return await output;
    }

    private static string NameOf(string manifest) => Hashes().Replace(
        $"{Kinds().Match(manifest).Groups["kind"].Value} {Names().Match(manifest).Groups["name"].Value}", "-#");

    [GeneratedRegex("Kustomize Version: v(?<major>[0-9]+)", RegexOptions.ExplicitCapture, RegexLimitMilliseconds)]
    private static partial Regex Versions();

    [GeneratedRegex(
        "^kind: (?<kind>.+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, RegexLimitMilliseconds)]
    private static partial Regex Kinds();

    // Two spaces: metadata's own, and the first such, as keys are in alphabetical order.
    [GeneratedRegex(
        "^metadata:\n(  .*\n)*?  name: (?<name>.+)$",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        RegexLimitMilliseconds)]
    private static partial Regex Names();

    [GeneratedRegex(
        "^  namespace: (?<name>.+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, RegexLimitMilliseconds)]
    private static partial Regex Namespaces();

    [GeneratedRegex(
        " image: (?<name>.+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, RegexLimitMilliseconds)]
    private static partial Regex Images();

    [GeneratedRegex(
        "configMapRef:\n +name: (?<name>.+)$",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        RegexLimitMilliseconds)]
    private static partial Regex ConfigMapReferences();

    [GeneratedRegex(
        "^  selector:\n    matchLabels:\n(?<labels>(      .+\n?)+)",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        RegexLimitMilliseconds)]
    private static partial Regex Selectors();

    // Of ten characters that kustomize writes hashes with, a digit at least among them.
    [GeneratedRegex("-(?=[a-z]*[0-9])[0-9a-z]{10}$", RegexOptions.ExplicitCapture, RegexLimitMilliseconds)]
    private static partial Regex Hashes();
}
