using Npgsql;

namespace ProdReady.ServiceDefaults.GroupCommit;

/// <summary>Tells what is wrong with one row from what is wrong with the database.</summary>
public static class PostgresFaults
{
    /// <summary>
    /// Data exceptions (class 22), violated constraints (23), exceeded limits (54) and RAISE (P0001), by
    /// https://www.postgresql.org/docs/current/errcodes-appendix.html.
    /// </summary>
    public static bool IsFaultOfOneRow(Exception exception) =>
        exception is PostgresException { SqlState: ['2', '2' or '3', ..] or ['5', '4', ..] or "P0001" };
}
