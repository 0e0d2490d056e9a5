using System.CommandLine;
using System.Globalization;
using Npgsql;
using Spectre.Console;
using Votes.Ops.Archive;

namespace Votes.Ops.CommandLine;

/// <summary>archive create and restore.</summary>
internal sealed class ArchiveCommands(IAnsiConsole console, TextWriter errors)
{
    private readonly AddressOptions _addresses = new();

    private readonly Option<string> _law = new("--law") { Description = "The law, which has to be closed", Required = true };

    private readonly Option<DirectoryInfo> _folder = new("--folder")
    {
        Description = "The folder of the archives, which has to be there",
        Required = true,
    };

    public Command Tree()
    {
        var tree = new Command("archive", "Puts the votes of a closed law into a file, and brings them back. Totals stay.");
        tree.Subcommands.Add(Create(
            "create", "Writes a law's votes to a file with a checksum, compares it with the totals, and drops the rows.", CreateAsync));
        tree.Subcommands.Add(Create("restore", "Brings the votes of a law's file back into the database.", RestoreAsync));
        return tree;
    }

    private Command Create(
        string name, string description, Func<LawArchive, ArchiveFile, CancellationToken, Task<int>> action)
    {
        var command = new Command(name, description);
        _addresses.AddDatabaseTo(command);
        command.Options.Add(_law);
        command.Options.Add(_folder);
        command.SetAction((parsed, stop) => Guard.RunAsync(errors, () => RunAsync(parsed, action, stop)));
        return command;
    }

    private async Task<int> RunAsync(
        ParseResult parsed, Func<LawArchive, ArchiveFile, CancellationToken, Task<int>> action, CancellationToken stop)
    {
        var address = _addresses.Database(parsed);
        address.ApplicationName = "votes-ops";
        var (lawId, folder) = (parsed.GetValue(_law)!, parsed.GetValue(_folder)!);
        if (string.IsNullOrWhiteSpace(lawId))
            throw new UsageException("which law? Name one: make archive LAW=law-2026-001, or --law");
        if (!folder.Exists)
            throw new UsageException($"the folder {folder.FullName} is not there");
        await using var dataSource = NpgsqlDataSource.Create(address);
        try
        {
            return await action(new LawArchive(dataSource, lawId), ArchiveFile.Of(folder.FullName, lawId), stop);
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            throw new OpsException(
                $"the role may not do this: {exception.MessageText}; it takes the tables' owner", ExitStatus.Unusable, exception);
        }
        catch (NpgsqlException exception)
        {
            throw new OpsException(
                $"the database refuses or is not reachable: {exception.Message}; what is archived is on record, run it again",
                ExitStatus.Unusable,
                exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new OpsException($"{exception.Message}; no vote was dropped", ExitStatus.Failed, exception);
        }
    }

    private async Task<int> CreateAsync(LawArchive archive, ArchiveFile file, CancellationToken stop)
    {
        var record = await archive.FindAsync(stop);
        if (record is null)
        {
            console.WriteLine($"writing {file.Path}");
            record = await archive.WriteAsync(file, stop);
            console.WriteLine($"{Text(record.Votes)} votes, as many as the totals say; checksum in {file.Name}.sha256");
        }
        else if (record.Left > 0)
        {
            await CheckAsync(file, record, stop);
        }

        if (record.Left == 0)
        {
            console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"archived at {record.ArchivedAt:u} in {record.File}; nothing is left to be done"));
            return ExitStatus.Done;
        }

        var dropped = await archive.DropAsync(
            new Lines(count => console.WriteLine($"dropped {Text(count)} of {Text(record.Left)} rows")), stop);
        console.WriteLine($"{Text(dropped)} rows dropped; the totals are what they were");
        return ExitStatus.Done;
    }

    private async Task<int> RestoreAsync(LawArchive archive, ArchiveFile file, CancellationToken stop)
    {
        var record = await archive.FindAsync(stop)
            ?? throw new OpsException("this law's votes are not archived; nothing was changed", ExitStatus.Failed);
        await CheckAsync(file, record, stop);
        var votes = await archive.RestoreAsync(file, stop);
        console.WriteLine($"{Text(votes)} votes are back in the database; the file stays");
        return ExitStatus.Done;
    }

    private static async Task CheckAsync(ArchiveFile file, ArchiveRecord record, CancellationToken stop)
    {
        if (!(await file.ChecksumAsync(stop)).AsSpan().SequenceEqual(record.Sha256))
        {
            throw new OpsException(
                $"{file.Path} is not the file that was written: its SHA-256 is another than {Convert.ToHexStringLower(record.Sha256)}; "
                + "nothing was changed",
                ExitStatus.Failed);
        }
    }

    private static string Text(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private sealed class Lines(Action<long> write) : IProgress<long>
    {
        public void Report(long value) => write(value);
    }
}
