using Npgsql;

namespace ProdReady.BackupWorker.Restoring;

/// <summary>
/// Which of an archive's owners and privileges this server can take. A missing role must not stand between an operator and
/// the data, and a kept owner must not be lost where it exists.
/// </summary>
/// <param name="Options">pg_restore's options for it.</param>
/// <param name="Warning">What is not kept and why, for the operator.</param>
internal sealed record RestorePrivileges(IReadOnlyList<string> Options, string? Warning)
{
    /// <summary>What is left out, by number.</summary>
    public IReadOnlyList<int> LeftOut { get; init; } = [];

    /// <summary>The statements that take its place, for the roles that are there.</summary>
    public IReadOnlyList<string> Instead { get; init; } = [];

    private const int SetSince = 16;

    private const string Sql =
        """
        SELECT wanted.name, r.oid IS NULL
        FROM unnest($1) AS wanted (name)
        LEFT JOIN pg_catalog.pg_roles r ON r.rolname = wanted.name
        WHERE r.oid IS NULL OR NOT pg_has_role(current_user, r.oid, $2)
        ORDER BY wanted.name
        """;

    public static async Task<RestorePrivileges> ReadAsync(
        NpgsqlConnection connection, ArchiveRoles roles, CancellationToken cancellationToken)
    {
        var missing = new List<string>();
        var foreign = new List<string>();
        await using var command = new NpgsqlCommand(Sql, connection);
        command.Parameters.AddWithValue(roles.All.ToArray());
        command.Parameters.AddWithValue(NeededFor(connection.PostgreSqlVersion));
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                (reader.GetBoolean(1) ? missing : foreign).Add(reader.GetString(0));
            }
        }

        return Decide(roles, missing, foreign, await IsSuperuserAsync(connection, cancellationToken));
    }

    private static async Task<bool> IsSuperuserAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = session_user", connection);
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    /// <summary>What one must have of a role to give it something: a member may be one without the right to act as the role, from 16 on.</summary>
    internal static string NeededFor(Version server) => server.Major >= SetSince ? "SET" : "MEMBER";

    /// <summary>Decides.</summary>
    /// <param name="roles">What the archive names.</param>
    /// <param name="missing">Those of them that this server lacks.</param>
    /// <param name="foreign">Those that the restoring role is no member of, and so cannot give anything to.</param>
    /// <param name="isSuperuser">Whether the restoring role may act as any other one: not even a member may, of a session.</param>
    internal static RestorePrivileges Decide(
        ArchiveRoles roles, IReadOnlyCollection<string> missing, IReadOnlyCollection<string> foreign, bool isSuperuser = true)
    {
        var lostOwners = roles.Owners.Where(owner => missing.Contains(owner) || foreign.Contains(owner)).ToList();
        var options = new List<string>();
        var warnings = new List<string>();
        if (lostOwners.Count > 0)
        {
            options.Add("--no-owner");
            warnings.Add(
                $"Everything will belong to the restoring role: {Names(lostOwners)} cannot be made owner here "
                + "(create missing roles first, or restore as a superuser, to keep owners).");
        }

        // pg_restore sets a role's defaults as that role, whoever owns the objects
        var lostDefaults = roles.Defaulters.Where(foreign.Contains).ToList();
        var lostGrants = roles.Grantees.Concat(roles.Defaulters).Concat(roles.Grantors).Distinct().Where(missing.Contains).Order(StringComparer.Ordinal).ToList();
        var whyNot =
            lostGrants.Count > 0 ? $"this server has no role {Names(lostGrants)}."
            : lostDefaults.Count > 0 ? $"we may not set the default ones of {Names(lostDefaults)} here."
            : roles.Grantors.Count > 0 && !isSuperuser ? $"only a superuser may grant what {Names(roles.Grantors)} granted without being the owner."
            : null;
        if (whyNot is not null)
        {
            options.Add("--no-privileges");
            warnings.Add($"Privileges are not restored: {whyNot}");
        }

        var leftOut = roles.Bound.Where(entry => entry.Roles.Any(missing.Contains)).ToList();
        warnings.AddRange(leftOut.Select(entry => WarningOf(entry, missing)));
        return new(options, warnings.Count > 0 ? string.Join(' ', warnings) : null)
        {
            LeftOut = [.. leftOut.Select(entry => entry.Entry)],
            Instead = [.. leftOut.Select(entry => entry.Without(missing)).OfType<string>()],
        };
    }

    private static string WarningOf(RoleBoundEntry entry, IReadOnlyCollection<string> missing)
    {
        var gone = Names(entry.Roles.Where(missing.Contains));
        return entry.Without(missing) is null
            ? $"Not restored is {entry.What}: this server has no role {gone}."
            : $"{char.ToUpperInvariant(entry.What[0])}{entry.What[1..]} is restored without {gone}: this server has no such role.";
    }

    private static string Names(IEnumerable<string> roles) => string.Join(", ", roles.Select(role => $"'{role}'"));
}
