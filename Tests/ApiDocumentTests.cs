using Votes.LocalCluster;
using Xunit;

namespace Votes.Tests;

public sealed class ApiDocumentTests
{
    [Fact]
    public async Task The_sample_of_a_client_is_the_program_that_is_built_and_tested()
    {
        var root = Repository.Root;
        var document = await File.ReadAllTextAsync(Path.Combine(root, "docs/API.md"), TestContext.Current.CancellationToken);
        var program = await File.ReadAllLinesAsync(
            Path.Combine(root, "Ops/Totals/LiveTotals.cs"), TestContext.Current.CancellationToken);
        var sample = document.Split("```csharp\n")[2].Split("```")[0].Trim().Split('\n').Select(static line => line.Trim());

        Assert.Contains(
            string.Join('\n', sample), string.Join('\n', program.Select(static line => line.Trim())), StringComparison.Ordinal);
    }
}
