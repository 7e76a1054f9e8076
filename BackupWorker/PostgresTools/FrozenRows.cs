using System.Buffers.Binary;
using System.Text;
using System.Text.RegularExpressions;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.PostgresTools;

/// <summary>
/// Passes an archive on with its rows to come in frozen (<c>COPY ... WITH (FREEZE)</c>), which spares the server from writing every page again: when an
/// index is built, when they are first read, and years later, when they would have to be frozen. PostgreSQL wants the table truncated in the same
/// transaction, which a request of two statements is. So it is done for tables alone that the same restore has created: what an extension
/// has put into a table of its own is not in the archive. What is not such an archive passes as it is.
/// </summary>
/// <param name="output">Takes the archive.</param>
/// <param name="tables">The tables, with their schemas, as PostgreSQL's programs write them in statements.</param>
internal sealed partial class FrozenRows(Stream output, IReadOnlySet<string> tables) : WriteOnlyStream
{
    private const string From = " FROM stdin;\n";

    /// <summary>Far longer than that of a table with as many columns as there can be.</summary>
    private const int LongestStatement = 1024 * 1024;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly ArchiveHead _head = new();
    private readonly MemoryStream _statement = new();
    private bool _isTooLong;

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var rest = buffer;
        while (!rest.IsEmpty && _head.IsComplete is null)
        {
            var isAtCopy = _head.IsAtCopy;
            var read = rest[.._head.Read(rest.Span)];
            rest = rest[read.Length..];
            _isTooLong = isAtCopy && (_isTooLong || _statement.Length + read.Length > LongestStatement);
            if (!isAtCopy || _isTooLong)
            {
                await PassHeldAsync(cancellationToken);
                await output.WriteAsync(read, cancellationToken);
            }
            else
            {
                _statement.Write(read.Span);
            }

            if (_statement.Length > 0 && !_head.IsAtCopy)
            {
                await output.WriteAsync(Frozen(_statement.ToArray()), cancellationToken);
                _statement.SetLength(0);
            }
        }

        await output.WriteAsync(rest, cancellationToken);
    }

    public override async Task FlushAsync(CancellationToken cancellationToken)
    {
        await PassHeldAsync(cancellationToken);
        await output.FlushAsync(cancellationToken);
    }

    protected override void Dispose(bool disposing)
    {
        _head.Dispose();
        _statement.Dispose();
        base.Dispose(disposing);
    }

    private async ValueTask PassHeldAsync(CancellationToken cancellationToken)
    {
        if (_statement.Length > 0)
        {
            await output.WriteAsync(_statement.ToArray(), cancellationToken);
            _statement.SetLength(0);
        }
    }

    /// <param name="field">The statement with its length before it.</param>
    private byte[] Frozen(byte[] field)
    {
        string statement;
        try
        {
            statement = Strict.GetString(field.AsSpan(ArchiveHead.IntegerSize));
        }
        catch (DecoderFallbackException)
        {
            // The database has another encoding
            return field;
        }

        var table = Copy().Match(statement).Groups["table"].Value;
        if (!tables.Contains(table) || !statement.EndsWith(From, StringComparison.Ordinal))
        {
            return field;
        }

        var text = Strict.GetBytes($"TRUNCATE TABLE ONLY {table};\n{statement[..^From.Length]} FROM stdin WITH (FREEZE);\n");
        byte[] frozen = [0, 0, 0, 0, 0, .. text];
        BinaryPrimitives.WriteInt32LittleEndian(frozen.AsSpan(1), text.Length);
        return frozen;
    }

    [GeneratedRegex($"""\ACOPY (?<table>{SqlName.Pattern}\.{SqlName.Pattern}) """, RegexOptions.CultureInvariant)]
    private static partial Regex Copy();
}
