using ProdReady.ServiceDefaults.Postgres;
using ProdReady.Standalone.Processes;

namespace ProdReady.Standalone.DataStores;

/// <summary>The folder of a Postgres server: its data, and the superuser's password beside it.</summary>
internal sealed record PostgresCluster(string Directory, PostgresAccount Account, string Password)
{
    public string DataDirectory => Path.Combine(Directory, "data");

    public static async Task<PostgresCluster> OpenAsync(
        PostgresBinaries binaries, EmbeddedPostgresOptions options, CancellationToken cancellationToken)
    {
        var account = PostgresAccount.Choose();
        var directory = await account.PrepareAsync(options.Directory, cancellationToken);
        var passwordFile = Path.Combine(directory, "password");
        var versionFile = Path.Combine(directory, "data", "PG_VERSION");
        if (File.Exists(versionFile) && File.Exists(passwordFile))
        {
            await CheckVersionAsync(binaries, versionFile, cancellationToken);
            return new(directory, account, await File.ReadAllTextAsync(passwordFile, cancellationToken));
        }

        // Without a password or a version, an earlier initdb was interrupted, and nothing was ever stored
        if (System.IO.Directory.Exists(Path.Combine(directory, "data")))
        {
            System.IO.Directory.Delete(Path.Combine(directory, "data"), recursive: true);
        }

        var cluster = new PostgresCluster(directory, account, Secret.Create());
        await cluster.CreateAsync(binaries, options, passwordFile, cancellationToken);
        return cluster;
    }

    private async Task CreateAsync(
        PostgresBinaries binaries, EmbeddedPostgresOptions options, string passwordFile, CancellationToken cancellationToken)
    {
        var pending = passwordFile + ".new";
        await Secret.WriteFileAsync(pending, Password, cancellationToken);
        await Account.GiveAsync(pending, cancellationToken);
        string[] arguments =
        [
            "-D", DataDirectory, "-U", "prodready", "--pwfile", pending, "--auth=scram-sha-256",
            "--encoding=UTF8", "--locale=C", .. options.Durable ? Array.Empty<string>() : ["-N"],
        ];
        var (exitCode, output) = await Programs.RunAsync(
            new()
            {
                Name = "initdb",
                FileName = binaries["initdb"],
                Arguments = arguments,
                Environment = options.Environment,
                WorkingDirectory = Directory,
                User = Account.User,
            },
            cancellationToken);
        if (exitCode != 0)
        {
            throw new StackException($"initdb failed ({exitCode}):{Environment.NewLine}{output.TrimEnd()}");
        }

        // Last, so that a cluster with a password is a complete one
        File.Move(pending, passwordFile, overwrite: true);
    }

    private static async Task CheckVersionAsync(PostgresBinaries binaries, string versionFile, CancellationToken cancellationToken)
    {
        var data = (await File.ReadAllTextAsync(versionFile, cancellationToken)).Trim();
        var (_, program) = await Programs.RunAsync(
            new() { Name = "postgres", FileName = binaries["postgres"], Arguments = ["--version"] }, cancellationToken);
        if (!program.Contains($" {data}.", StringComparison.Ordinal))
        {
            throw new StackException(
                $"The data in {Path.GetDirectoryName(versionFile)} is of PostgreSQL {data}, but {binaries["postgres"]} is "
                + $"{program.Trim()}. Set POSTGRES_BIN to version {data}, or delete the folder to start with empty data.");
        }
    }
}
