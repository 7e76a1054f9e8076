using System.Text;
using Npgsql;
using ProdReady.BackupWorker.PostgresTools;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.Restoring;

/// <summary>
/// Creates the roles of a backup that a server lacks, with passwords, settings and memberships. Those that exist are left as they are:
/// a restore must not turn an operator's password back to an old one.
/// </summary>
internal sealed class RoleRestorer(ArchiveFeed feed)
{
    /// <summary>Creates them.</summary>
    /// <param name="copy">The copy of the backup.</param>
    /// <param name="server">A session on the server.</param>
    /// <param name="progress">Takes what was created and what was not.</param>
    /// <param name="cancellationToken">Ends it; roles that were created stay.</param>
    /// <exception cref="Archives.ArchiveDamagedException">The file is not what was written; nothing was done.</exception>
    /// <exception cref="StorageException">The file cannot be read; nothing was done.</exception>
    public async Task RestoreAsync(StoredBackup copy, NpgsqlConnection server, RestoreProgress progress, CancellationToken cancellationToken)
    {
        if (copy.Manifest.Parts.FirstOrDefault(part => part.Kind == PartKind.Globals) is not { } part)
        {
            progress.Say("The backup holds no roles.");
            return;
        }

        // As a whole before the first statement: what is damaged shows at the end
        using var script = new MemoryStream();
        await feed.ReadAsync(copy.Shelf.Storage, part, script, null, cancellationToken);
        var existing = await ExistingAsync(server, cancellationToken);
        var statements = new List<RoleStatement>();
        script.Position = 0;
        using var reader = new StreamReader(script, Encoding.UTF8);
        await foreach (var statement in SqlStatements.ReadAsync(reader, cancellationToken))
        {
            var parsed = RoleStatement.TryParse(statement.Sql);
            // A membership of which one side is new belongs to that one
            if (parsed is not null && !parsed.Roles.All(existing.Contains))
            {
                statements.Add(parsed);
            }
            else if (parsed is { Roles.Count: 0 })
            {
                progress.Say($"Warning: not restored, as it would change the roles that exist: {parsed.Sql}.");
            }
        }

        var created = statements.Where(statement => statement.Kind == "CREATE ROLE").Select(statement => statement.Roles[0]).ToList();
        progress.Say(created.Count == 0
            ? "Every role of the backup exists and is left as it is"
            : $"Creating the roles {string.Join(", ", created.Select(role => $"'{role}'"))}; those that exist are left as they are");
        foreach (var statement in statements)
        {
            await RunAsync(statement, server, progress, cancellationToken);
        }
    }

    private static async Task<HashSet<string>> ExistingAsync(NpgsqlConnection server, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT array_agg(rolname::text) FROM pg_catalog.pg_roles", server);
        return [.. (string[])(await command.ExecuteScalarAsync(cancellationToken))!];
    }

    private static async Task RunAsync(RoleStatement statement, NpgsqlConnection server, RestoreProgress progress, CancellationToken cancellationToken)
    {
        if (await SecretStatement.TryAsync(server, statement.Sql, cancellationToken) is not { } refusal)
        {
            return;
        }

        if (statement.WithoutGrantor is not { } again || (refusal = await SecretStatement.TryAsync(server, again, cancellationToken)) is not null)
        {
            progress.Say($"Warning: {statement.Kind} of {string.Join(" to ", statement.Roles.Select(role => $"'{role}'"))} failed: {refusal.MessageText}.");
        }
    }
}
