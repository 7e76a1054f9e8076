using System.Runtime.CompilerServices;

namespace ProdReady.BackupWorker.Restoring;

/// <summary>The statements of a script that pg_dumpall or pg_restore wrote. Only one of them is held at a time: a schema can be large.</summary>
internal static class SqlStatements
{
    private const int BufferSize = 32 * 1024;

    /// <summary>Reads the script to its end; psql's own commands are left out.</summary>
    public static async IAsyncEnumerable<SqlStatement> ReadAsync(TextReader script, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var scanner = new SqlScanner();
        var buffer = new char[BufferSize];
        while (await script.ReadAsync(buffer, cancellationToken) is > 0 and var length)
        {
            for (var position = 0; position < length; position++)
            {
                if (scanner.Push(buffer[position]) is { } statement)
                {
                    yield return statement;
                }
            }
        }

        if (scanner.End() is { } last)
        {
            yield return last;
        }
    }
}
