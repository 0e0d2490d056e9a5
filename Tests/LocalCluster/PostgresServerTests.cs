using Npgsql;
using Votes.LocalCluster;
using Votes.Tests.Servers;
using Xunit;

namespace Votes.Tests.LocalCluster;

[NeedsServers]
public sealed class PostgresServerTests : IAsyncLifetime
{
    private readonly LocalFolder _folder = LocalFolder.ForTests("postgres");
    private readonly PostgresServer _server;

    public PostgresServerTests() => _server = TestServers.NewPostgres(_folder);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _folder.KillAndDeleteAsync(CancellationToken.None);
    }

    [Fact]
    public async Task Committed_row_is_there_after_a_kill_and_after_a_restart()
    {
        await _server.StartAsync(Cancel);
        await ExecuteAsync("create table kept (number int); insert into kept values (7);");

        await _server.KillAsync(Cancel);
        Assert.False(_server.IsRunning);
        await _server.StartAsync(Cancel);
        Assert.Equal(7, await ExecuteAsync("select number from kept;"));

        await _server.RestartAsync(Cancel);
        Assert.Equal(7, await ExecuteAsync("select number from kept;"));
    }

    [Fact]
    public async Task Committed_row_is_there_after_an_immediate_stop()
    {
        await _server.StartAsync(Cancel);
        await ExecuteAsync("create table kept (number int); insert into kept values (7);");

        await _server.StopImmediatelyAsync(Cancel);
        Assert.False(_server.IsRunning);
        await _server.StartAsync(Cancel);

        Assert.Equal(7, await ExecuteAsync("select number from kept;"));
    }

    [Fact]
    public async Task Paused_server_goes_on_where_it_was_and_stops_when_it_is_told_to()
    {
        await _server.StartAsync(Cancel);
        Assert.True(_server.Pause());
        var answer = ExecuteAsync("select 7;");
        Assert.True(_server.Resume());
        Assert.Equal(7, await answer);

        Assert.True(_server.Pause());
        await _server.StopAsync(Cancel);

        Assert.False(_server.IsRunning);
        Assert.Empty(ProcessFile.Alive(_folder.Root));
    }

    [Fact]
    public async Task Another_object_for_the_same_folder_finds_the_running_server()
    {
        await _server.StartAsync(Cancel);

        var process = Assert.Single(ProcessFile.Alive(_folder.Root));

        Assert.Equal(_server.Process, process);
    }

    [Fact]
    public async Task Wrong_password_is_refused()
    {
        await _server.StartAsync(Cancel);

        var error = await Assert.ThrowsAsync<PostgresException>(async () =>
        {
            await using var connection = new NpgsqlConnection(
                _server.ConnectionString(PostgresServer.Superuser, "wrong", "postgres") + ";Pooling=false");
            await connection.OpenAsync(Cancel);
        });

        Assert.Equal(PostgresErrorCodes.InvalidPassword, error.SqlState);
    }

    private async Task<object?> ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(_server.SuperuserConnectionString() + ";Pooling=false");
        await connection.OpenAsync(Cancel);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(Cancel);
    }
}
