using System.Text;
using Npgsql;
using ProdReady.BackupWorker.PostgresTools;
using ProdReady.BackupWorker.Storage;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests.PostgresTools;

/// <summary>Archives on their way from pg_dump to pg_restore.</summary>
/// <param name="stores">Where PostgreSQL's programs are.</param>
internal sealed class ArchiveRun(DataStores stores)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>What comes out of a stream to which an archive is written by pieces.</summary>
    /// <param name="archive">The archive.</param>
    /// <param name="pieces">Their sizes, again and again.</param>
    /// <param name="through">Makes the stream around what takes the result.</param>
    public static async Task<byte[]> PassAsync(byte[] archive, int[] pieces, Func<Stream, WriteOnlyStream> through)
    {
        var output = new MemoryStream();
        await using var stream = through(output);
        for (var (position, piece) = (0, 0); position < archive.Length; piece++)
        {
            var count = Math.Min(pieces[piece % pieces.Length], archive.Length - position);
            await stream.WriteAsync(archive.AsMemory(position, count), Cancelled);
            position += count;
        }

        await stream.FlushAsync(Cancelled);
        return output.ToArray();
    }

    /// <summary>Fills a database by <see cref="SampleDatabase"/> and dumps it.</summary>
    /// <param name="arguments">One dump's each.</param>
    public async Task<byte[][]> DumpSampleAsync(params string[][] arguments)
    {
        await using var database = await stores.CreateDatabaseAsync();
        await using var connection = new NpgsqlConnection(database.ConnectionString);
        await connection.OpenAsync(Cancelled);
        await using (var command = new NpgsqlCommand(SampleDatabase.Sql, connection))
        {
            await command.ExecuteNonQueryAsync(Cancelled);
        }

        var environment = LibpqEnvironment.From(new(database.ConnectionString), connection);
        var dumps = new List<byte[]>();
        foreach (var one in arguments)
        {
            dumps.Add(await RunAsync("pg_dump", ["--format=custom", .. one], environment, []));
        }

        return [.. dumps];
    }

    /// <summary>What pg_restore would do with an archive.</summary>
    /// <remarks>Without the lines by which each script keeps psql from other commands: their words are drawn by lot.</remarks>
    public async Task<string> ScriptAsync(byte[] archive, params string[] arguments)
    {
        var script = Encoding.UTF8.GetString(await RunAsync(
            "pg_restore", arguments is [] ? ["--format=custom", "--file=-"] : arguments, new Dictionary<string, string>(), archive));
        return string.Join('\n', script.Split('\n').Where(line =>
            !line.StartsWith(@"\restrict ", StringComparison.Ordinal) && !line.StartsWith(@"\unrestrict ", StringComparison.Ordinal)));
    }

    private async Task<byte[]> RunAsync(string program, string[] arguments, IReadOnlyDictionary<string, string> environment, byte[] input)
    {
        await using var process = ToolProcess.Start(Path.Combine(stores.PostgresBin, program), arguments, environment, Cancelled);
        var output = new MemoryStream();
        var reading = process.Output.CopyToAsync(output, Cancelled);
        await process.Input.WriteAsync(input, Cancelled);
        process.Input.Close();
        await reading;
        var exit = await process.WaitAsync(Cancelled);
        Assert.True(exit.Succeeded, exit.Error);
        return output.ToArray();
    }
}
