using System.Security.Cryptography;
using Npgsql;
using Votes.Ingest.VoterKeys;
using Votes.Tests.Servers;
using Xunit;

namespace Votes.Tests.Ingest;

/// <summary>The check of the voter key on a real PostgreSQL, with the rights of the application.</summary>
[NeedsServers]
public sealed class VoterKeyRegistryTests(TestServers servers)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task First_key_is_registered_and_every_other_one_is_refused()
    {
        await using var database = await servers.CreateDatabaseAsync(Cancelled);
        await using var source = NpgsqlDataSource.Create(database.ServiceConnectionString);
        var registry = new VoterKeyRegistry(source);
        var key = NewKey();

        await registry.CheckAsync(key, Cancelled);
        await registry.CheckAsync(key, Cancelled);
        var refusal = await Assert.ThrowsAsync<VoterKeyMismatchException>(
            () => registry.CheckAsync(NewKey(), Cancelled));

        Assert.Contains("VoterKey:Secret", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("counted twice", refusal.Message, StringComparison.Ordinal);
        await registry.CheckAsync(key, Cancelled);
        await using var fingerprints = source.CreateCommand("SELECT array_agg(fingerprint) FROM voter_key");
        var registered = (byte[][])(await fingerprints.ExecuteScalarAsync(Cancelled))!;
        Assert.Equal(key.Fingerprint(VoterKeyForm.NfcPerLaw), Assert.Single(registered));
    }

    [Theory]
    [InlineData(VoterKeyForm.Bytes)]
    [InlineData(VoterKeyForm.Nfc)]
    [InlineData(VoterKeyForm.NfcPerLaw)]
    public async Task Database_keeps_its_form_and_another_one_is_refused(VoterKeyForm form)
    {
        await using var database = await servers.CreateDatabaseAsync(Cancelled);
        await using var source = NpgsqlDataSource.Create(database.ServiceConnectionString);
        var registry = new VoterKeyRegistry(source);
        var secret = RandomNumberGenerator.GetBytes(32);

        Assert.Equal(form, await registry.CheckAsync(new VoterKey(secret, form), Cancelled));
        Assert.Equal(form, await registry.CheckAsync(new VoterKey(secret), Cancelled));
        foreach (var other in Enum.GetValues<VoterKeyForm>().Where(other => other != form))
        {
            var refusal = await Assert.ThrowsAsync<VoterKeyMismatchException>(
                () => registry.CheckAsync(new VoterKey(secret, other), Cancelled));
            Assert.Contains($"VoterKey:Form is {other}", refusal.Message, StringComparison.Ordinal);
            Assert.Contains($"set it to {form}.", refusal.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Owner_changes_a_database_of_bytes_to_NFC_with_the_statement_of_the_refusal()
    {
        await using var database = await servers.CreateDatabaseAsync(Cancelled);
        await using var source = NpgsqlDataSource.Create(database.ServiceConnectionString);
        var registry = new VoterKeyRegistry(source);
        var secret = RandomNumberGenerator.GetBytes(32);
        await registry.CheckAsync(new VoterKey(secret, VoterKeyForm.Bytes), Cancelled);
        var refusal = await Assert.ThrowsAsync<VoterKeyMismatchException>(
            () => registry.CheckAsync(new VoterKey(secret, VoterKeyForm.Nfc), Cancelled));
        var statement = refusal.Message[refusal.Message.IndexOf("UPDATE", StringComparison.Ordinal)..];

        await using var owner = NpgsqlDataSource.Create(database.OwnerConnectionString);
        await using var change = owner.CreateCommand(statement);
        Assert.Equal(1, await change.ExecuteNonQueryAsync(Cancelled));

        Assert.Equal(VoterKeyForm.Nfc, await registry.CheckAsync(new VoterKey(secret), Cancelled));
        await Assert.ThrowsAsync<VoterKeyMismatchException>(
            () => registry.CheckAsync(new VoterKey(secret, VoterKeyForm.Bytes), Cancelled));
    }

    [Fact]
    public async Task Of_many_processes_that_come_at_once_with_keys_of_their_own_one_is_let_in()
    {
        await using var database = await servers.CreateDatabaseAsync(Cancelled);
        await using var source = NpgsqlDataSource.Create(database.ServiceConnectionString);
        var registry = new VoterKeyRegistry(source);

        var refused = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            try
            {
                await registry.CheckAsync(NewKey(), Cancelled);
                return false;
            }
            catch (VoterKeyMismatchException)
            {
                return true;
            }
        }));

        Assert.Equal(7, refused.Count(isRefused => isRefused));
    }

    [Fact]
    public async Task Database_without_tables_is_an_error_to_wait_out()
    {
        await using var database = await servers.CreateEmptyDatabaseAsync(Cancelled);
        await using var source = NpgsqlDataSource.Create(database.ServiceConnectionString);

        await Assert.ThrowsAsync<PostgresException>(
            () => new VoterKeyRegistry(source).CheckAsync(NewKey(), Cancelled));
    }

    private static VoterKey NewKey() => new(RandomNumberGenerator.GetBytes(32));
}
