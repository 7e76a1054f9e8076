using System.Diagnostics;
using Npgsql;
using ProdReady.ServiceDefaults.Postgres;
using ProdReady.Standalone.Processes;

namespace ProdReady.Standalone.DataStores;

/// <summary>A Postgres server of our own on a free port of the loopback address, as a child of this process.</summary>
public sealed class EmbeddedPostgres : IAsyncDisposable
{
    private const string Superuser = "prodready";
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(30);

    private readonly PortLease _port;
    private readonly bool _ownsPort;
    private readonly string _password;

    private EmbeddedPostgres(PortLease port, bool ownsPort, ChildProcess process, string password, PostgresBinaries binaries)
    {
        _port = port;
        _ownsPort = ownsPort;
        _password = password;
        Process = process;
        Binaries = binaries;
    }

    /// <summary>The server's process.</summary>
    public ChildProcess Process { get; }

    /// <summary>PostgreSQL's programs, in the server's version.</summary>
    public PostgresBinaries Binaries { get; }

    /// <summary>A connection string to <paramref name="database"/>, as superuser.</summary>
    public string ConnectionString(string database) => new NpgsqlConnectionStringBuilder
    {
        Host = "127.0.0.1",
        Port = _port.Port,
        Username = Superuser,
        Password = _password,
        Database = database,
    }.ConnectionString;

    /// <summary>Starts a server, after creating its cluster if the folder holds none, and waits until it takes connections.</summary>
    /// <exception cref="StackException">PostgreSQL is missing, or the server does not start.</exception>
    public static async Task<EmbeddedPostgres> StartAsync(EmbeddedPostgresOptions options, CancellationToken cancellationToken)
    {
        var binaries = await PostgresInstaller.FindOrInstallAsync(options.Bin, options.Output, cancellationToken);
        var cluster = await PostgresCluster.OpenAsync(binaries, options, cancellationToken);
        var port = options.Port ?? PortLease.Take();
        var process = await ChildProcess.StartAsync(new()
        {
            Name = "postgres",
            FileName = binaries["postgres"],
            Arguments = Arguments(cluster, port.Port, options.Durable),
            Environment = options.Environment,
            WorkingDirectory = cluster.Directory,
            User = cluster.Account.User,
            StopSignal = Signal.Interrupt,
            ParentDeathSignal = Signal.Interrupt,
            Output = options.Output,
        });
        var postgres = new EmbeddedPostgres(port, options.Port is null, process, cluster.Password, binaries);
        try
        {
            await postgres.WaitUntilReadyAsync(cancellationToken);
            return postgres;
        }
        catch
        {
            await postgres.DisposeAsync();
            throw;
        }
    }

    /// <summary>Creates a database if there is none of that name.</summary>
    public async Task CreateDatabaseAsync(string name, CancellationToken cancellationToken)
    {
        await using var source = NpgsqlDataSource.Create(ConnectionString("postgres"));
        await using var exists = source.CreateCommand("SELECT 1 FROM pg_database WHERE datname = $1");
        exists.Parameters.AddWithValue(name);
        if (await exists.ExecuteScalarAsync(cancellationToken) is null)
        {
            await using var create = source.CreateCommand($"CREATE DATABASE \"{name}\"");
            await create.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await Process.DisposeAsync();
        if (_ownsPort)
        {
            await _port.DisposeAsync();
        }
    }

    private static string[] Arguments(PostgresCluster cluster, int port, bool durable)
    {
        string[] arguments =
        [
            "-D", cluster.DataDirectory,
            "-p", $"{port}",
            "-c", "listen_addresses=127.0.0.1",
            "-c", "unix_socket_directories=",
            "-c", "max_connections=200",
        ];
        return durable
            ? arguments
            : [.. arguments, "-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"];
    }

    private async Task WaitUntilReadyAsync(CancellationToken cancellationToken)
    {
        await using var source = NpgsqlDataSource.Create(ConnectionString("postgres") + ";Pooling=false;Timeout=2");
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                await using var connection = await source.OpenConnectionAsync(cancellationToken);
                return;
            }
            catch (Exception exception) when (exception is NpgsqlException or TimeoutException)
            {
                if (Process.Exited.IsCompleted || Stopwatch.GetElapsedTime(started) > StartTimeout)
                {
                    throw new StackException(
                        "Postgres did not start. Its last words:" + Environment.NewLine
                        + string.Join(Environment.NewLine, Process.LastLines.Select(line => $"  {line}")),
                        exception);
                }

                await Task.Delay(TimeSpan.FromMilliseconds(50), cancellationToken);
            }
        }
    }
}
