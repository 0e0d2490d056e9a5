namespace Votes.Silo.Hosting;

/// <summary>
/// <c>Votes.Silo health</c> and <c>Votes.Ingest health</c>: asks the process beside this one whether it is ready, for
/// containers that have neither a shell nor curl. It reads the same environment, so it finds the same address.
/// </summary>
internal static class HealthCommand
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(4);

    /// <summary>Asks.</summary>
    /// <param name="otherwise">The address where the environment names none.</param>
    /// <returns>The exit status: 0 where it is ready, 1 where it is not, or does not answer.</returns>
    public static async Task<int> RunAsync(string otherwise)
    {
        var environment = new ConfigurationBuilder()
            .AddEnvironmentVariables("DOTNET_").AddEnvironmentVariables("ASPNETCORE_").AddEnvironmentVariables()
            .Build();
        var address = AddressOf(environment["Access:OperationsUrl"], environment["Urls"], otherwise);
        try
        {
            using var client = new HttpClient { Timeout = Limit };
            using var response = await client.GetAsync(address);
            await Console.Out.WriteLineAsync((await response.Content.ReadAsStringAsync()).TrimEnd());
            return response.IsSuccessStatusCode ? 0 : 1;
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
        {
            await Console.Out.WriteLineAsync($"{address} does not answer: {exception.Message}");
            return 1;
        }
    }

    /// <summary>Where readiness is served: on the operations' address where there is one, else the first.</summary>
    internal static Uri AddressOf(string? operationsUrl, string? urls, string otherwise)
    {
        string?[] known = [operationsUrl, urls?.Split(';')[0], otherwise];
        var url = known.First(static text => !string.IsNullOrEmpty(text))!;

        // What a server listens on is not always what a client can connect to.
        foreach (var all in new[] { "//+", "//*", "//0.0.0.0", "//[::]" })
        {
            url = url.Replace(all, "//127.0.0.1", StringComparison.Ordinal);
        }

        return new Uri(new Uri(url.TrimEnd('/') + "/"), "health/ready");
    }
}
