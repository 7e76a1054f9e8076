using System.Globalization;
using Npgsql;
using NpgsqlTypes;
using ProdReady.BackupWorker.Configuration;

namespace ProdReady.BackupWorker.PointInTime.Wal;

/// <summary>One session with the server whose log is received.</summary>
internal sealed class WalServer : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;
    private readonly string _slot;

    private WalServer(NpgsqlConnection connection, string slot, WalServerIdentity identity) =>
        (_connection, _slot, Identity) = (connection, slot, identity);

    /// <summary>Which server it is.</summary>
    public WalServerIdentity Identity { get; }

    /// <summary>The session.</summary>
    public NpgsqlConnection Connection => _connection;

    /// <summary>What the sessions of our pg_receivewals are called, and no others: not even a standby that is called like the slot.</summary>
    private string SessionPrefix => $"prodready-wal-{_slot}-";

    /// <summary>Connects.</summary>
    /// <exception cref="BackupException">It is a standby.</exception>
    public static async Task<WalServer> ConnectAsync(DirectConnection server, string slot, CancellationToken cancellationToken)
    {
        var connection = await server.OpenAsync(cancellationToken);
        try
        {
            return new(connection, slot, await IdentifyAsync(connection, cancellationToken));
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Makes sure that there is a slot, which makes the server keep what storage does not hold yet.</summary>
    public async Task<WalSlot> EnsureSlotAsync(CancellationToken cancellationToken)
    {
        var lost = false;
        await using (var read = Command("SELECT restart_lsn::text, wal_status FROM pg_replication_slots WHERE slot_name = $1 AND slot_type = 'physical'", _slot))
        await using (var reader = await read.ExecuteReaderAsync(cancellationToken))
        {
            if (await reader.ReadAsync(cancellationToken))
            {
                lost = await reader.IsDBNullAsync(0, cancellationToken) || reader.GetString(1) == "lost";
                if (!lost)
                {
                    return new(WalPosition.Parse(reader.GetString(0)), IsNew: false, WasLost: false);
                }
            }
        }

        if (lost)
        {
            await using var drop = Command("SELECT pg_drop_replication_slot($1)", _slot);
            await drop.ExecuteNonQueryAsync(cancellationToken);
        }

        try
        {
            await using var create = Command("SELECT lsn::text FROM pg_create_physical_replication_slot($1, true)", _slot);
            return new(WalPosition.Parse((string)(await create.ExecuteScalarAsync(cancellationToken))!), IsNew: true, lost);
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.DuplicateObject && !lost)
        {
            // The first base backup and the receiver begin at the same moment
            return await EnsureSlotAsync(cancellationToken);
        }
    }

    /// <summary>
    /// Why a base backup would not end: with <c>archive_mode</c> the server waits at its end until its own archiver has taken the log, too.
    /// </summary>
    public async Task<string?> WhyNeverArchivedAsync(CancellationToken cancellationToken)
    {
        await using var read = new NpgsqlCommand(
            """
            SELECT
                current_setting('archive_command') = '' AND coalesce(current_setting('archive_library', true), '') = '',
                last_failed_wal
            FROM pg_stat_archiver
            WHERE current_setting('archive_mode') <> 'off'
                AND (current_setting('archive_command') = '' AND coalesce(current_setting('archive_library', true), '') = ''
                    OR last_failed_time > coalesce(last_archived_time, '-infinity'))
            """,
            _connection);
        await using var reader = await read.ExecuteReaderAsync(cancellationToken);
        return !await reader.ReadAsync(cancellationToken) ? null
            : $"The server's own archiving (archive_mode) {(reader.GetBoolean(0) ? "has no archive_command" : $"fails at {reader.GetString(1)}")}, and a base backup "
                + "would wait for it for ever. Mend it, or set archive_mode=off: nothing here needs it.";
    }

    /// <summary>About how many bytes a base backup has: those of the databases that the role may see.</summary>
    public async Task<long> EstimateSizeAsync(CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "SELECT coalesce(sum(pg_database_size(oid)), 0)::bigint FROM pg_database WHERE has_database_privilege(oid, 'CONNECT')", _connection)
        {
            // It looks at every file there is
            CommandTimeout = 0,
        };
        try
        {
            return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
        }
        catch (PostgresException)
        {
            // One was dropped at this moment, as drills do; a base backup does not fail for want of an estimate
            return 0;
        }
    }

    /// <summary>Lets the server forget the log up to a position.</summary>
    public async Task ReleaseAsync(WalPosition position, CancellationToken cancellationToken)
    {
        // Backwards is an error, and beyond what is written is not taken
        await using var command = Command(
            """
            SELECT pg_replication_slot_advance(slot_name, $2::pg_lsn) FROM pg_replication_slots
            WHERE slot_name = $1 AND restart_lsn < $2::pg_lsn
            """,
            _slot);
        command.Parameters.Add(new() { Value = position.ToString(), NpgsqlDbType = NpgsqlDbType.Text });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Ends the sessions of pg_receivewals that outlived the process that had started them; they end with their session.</summary>
    public async Task EndOrphansAsync(CancellationToken cancellationToken)
    {
        await using var command = Command(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_replication WHERE starts_with(application_name, $1) AND usename = current_user", SessionPrefix);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The name of the session that fills a spool.</summary>
    public string SessionOf(SpoolFolder folder) => SessionPrefix + folder.Id;

    /// <summary>How far the server's log is safe on its own disk, and how far on ours.</summary>
    /// <exception cref="BackupException">The slot is gone, so that the server keeps nothing for us.</exception>
    public async Task<WalPositions> PositionsAsync(SpoolFolder folder, CancellationToken cancellationToken)
    {
        await using var command = Command(
            """
            SELECT pg_current_wal_flush_lsn()::text, (SELECT max(flush_lsn)::text FROM pg_stat_replication WHERE application_name = $1),
                   EXISTS (SELECT FROM pg_replication_slots
                           WHERE slot_name = $2 AND slot_type = 'physical' AND restart_lsn IS NOT NULL AND wal_status <> 'lost')
            """,
            SessionOf(folder));
        command.Parameters.AddWithValue(_slot);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        if (!reader.GetBoolean(2))
        {
            throw new BackupException(
                $"The replication slot {_slot} was dropped, or the server gave it up (max_slot_wal_keep_size): it does not keep the log for us any more, "
                + "and what is not received yet may be gone. The slot is made anew.");
        }

        return new(
            WalPosition.Parse(reader.GetString(0)),
            await reader.IsDBNullAsync(1, cancellationToken) ? null : WalPosition.Parse(reader.GetString(1)));
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private static async Task<WalServerIdentity> IdentifyAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using (var standby = new NpgsqlCommand("SELECT pg_is_in_recovery()", connection))
        {
            if (await standby.ExecuteScalarAsync(cancellationToken) is true)
            {
                throw new BackupException(
                    "The server of DIRECT_URL (or DATABASE_URL) is a standby; backups for a point in time are taken from the primary. Name that one.");
            }
        }

        await using var command = new NpgsqlCommand(
            """
            SELECT system_identifier, pg_walfile_name(pg_current_wal_flush_lsn()), pg_size_bytes(current_setting('wal_segment_size')),
                   (SELECT count(*) FROM pg_tablespace WHERE spcname NOT IN ('pg_default', 'pg_global'))
            FROM pg_control_system()
            """,
            connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new(
            unchecked((ulong)reader.GetInt64(0)),
            uint.Parse(reader.GetString(1).AsSpan(0, 8), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture),
            reader.GetInt64(2),
            connection.PostgreSqlVersion,
            (int)reader.GetInt64(3));
    }

    private NpgsqlCommand Command(string sql, string parameter)
    {
        var command = new NpgsqlCommand(sql, _connection);
        command.Parameters.AddWithValue(parameter);
        return command;
    }
}
