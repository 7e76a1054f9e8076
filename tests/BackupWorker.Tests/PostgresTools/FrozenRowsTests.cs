using System.Text;
using CsCheck;
using ProdReady.BackupWorker.PostgresTools;
using ProdReady.BackupWorker.Restoring;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests.PostgresTools;

public sealed class FrozenRowsTests(DataStores stores)
{
    private static readonly HashSet<string> Tables = ["public.t", "\"odd; name\".\"a \"\" b\"", "public.né"];

    /// <summary>Statements, and what they become.</summary>
    private static readonly (byte[] From, byte[] To)[] Statements =
    [
        Pair("COPY public.t (a, b) FROM stdin;\n", "TRUNCATE TABLE ONLY public.t;\nCOPY public.t (a, b) FROM stdin WITH (FREEZE);\n"),
        Pair("COPY public.t  FROM stdin;\n", "TRUNCATE TABLE ONLY public.t;\nCOPY public.t  FROM stdin WITH (FREEZE);\n"),
        Pair(
            "COPY \"odd; name\".\"a \"\" b\" (\" FROM stdin;\n\") FROM stdin;\n",
            "TRUNCATE TABLE ONLY \"odd; name\".\"a \"\" b\";\nCOPY \"odd; name\".\"a \"\" b\" (\" FROM stdin;\n\") FROM stdin WITH (FREEZE);\n"),
        Pair("COPY public.né (é) FROM stdin;\n", "TRUNCATE TABLE ONLY public.né;\nCOPY public.né (é) FROM stdin WITH (FREEZE);\n"),
        Same("COPY public.others (a) FROM stdin;\n"u8),
        Same("COPY t (a) FROM stdin;\n"u8),
        Same("COPY public.t (a) FROM stdin WITH (FREEZE);\n"u8),
        Same("COPY public.t (a) FROM stdin"u8),
        Same("INSERT INTO public.t (a) FROM stdin;\n"u8),
        Same([.. "COPY public.n"u8, 0xE9, .. " (a) FROM stdin;\n"u8]),
        Same(""u8),
        Same([.. "COPY public.t ("u8, .. Enumerable.Repeat((byte)'a', 2 << 20), .. ") FROM stdin;\n"u8]),
    ];

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Rows_of_new_tables_come_in_frozen_and_nothing_else_is_changed() => await Gen.Select(
        Gen.Byte[14, 16], Gen.Int[0, Statements.Length - 1].Array[0, 6], Gen.Int[1, 2_000].Array[1, 10])
        .SampleAsync(async (minor, chosen, pieces) =>
        {
            var tables = chosen.Select(number => (byte[][])[Encoding.UTF8.GetBytes($"COPY public.t (a) FROM stdin;\n{number}")]).ToArray();
            var archive = TestArchive.Write(minor, tables, [], copies: [.. chosen.Select(number => Statements[number].From)]);

            var frozen = await FreezeAsync(archive, pieces, Tables);

            Assert.Equal(TestArchive.Write(minor, tables, [], copies: [.. chosen.Select(number => Statements[number].To)]), frozen);
        }, iter: 100);

    [Theory]
    [InlineData(14, 6)]
    [InlineData(15, 1)]
    [InlineData(13, 0)]
    [InlineData(17, 0)]
    public async Task What_is_compressed_or_of_another_version_passes_as_it_is(byte minor, int compression)
    {
        var archive = TestArchive.Write(minor, [[[1]]], [], compression, [Statements[0].From]);

        Assert.Equal(archive, await FreezeAsync(archive, [7, 1000], Tables));
    }

    [Fact]
    public async Task What_is_no_archive_or_breaks_off_passes_as_it_is() => await Gen.Select(Gen.Byte.Array[0, 3_000], Gen.Int[0, 1_000], Gen.Int[1, 500].Array[1, 5])
        .SampleAsync(async (noise, cut, pieces) =>
        {
            Assert.Equal(noise, await FreezeAsync(noise, pieces, Tables));
            var archive = TestArchive.Write(16, [], [], copies: [Statements[4].From]);
            var broken = archive[..Math.Min(cut, archive.Length)];
            Assert.Equal(broken, await FreezeAsync(broken, pieces, Tables));
        }, iter: 300);

    [Fact]
    public async Task Pg_restore_sends_what_pg_dump_wrote_otherwise()
    {
        var run = new ArchiveRun(stores);
        var dumps = await run.DumpSampleAsync(["--compress=0"], ["--schema-only"]);
        var archive = dumps[0];
        using var definitions = new StringReader(await run.ScriptAsync(dumps[1], ArchiveScript.Options));
        var script = await ArchiveScript.ReadAsync(definitions, "x", Cancelled);

        var frozen = await FreezeAsync(archive, [70, 1000], script.Tables.Written.ToHashSet());

        Assert.Equal(
            [
                "\"odd schema\".\"naïve \"\"table\"\" 名\"", "public.customers", "public.documents", "public.empty", "public.events_2025",
                "public.events_2026", "public.events_other", "public.files", "public.parent", "public.scratch",
            ],
            script.Tables.Written.Order(StringComparer.Ordinal));
        var expected = await run.ScriptAsync(archive);
        foreach (var table in script.Tables.Written)
        {
            var start = expected.IndexOf($"\nCOPY {table} ", StringComparison.Ordinal) + 1;
            var end = expected.IndexOf(" FROM stdin;", start, StringComparison.Ordinal);
            expected = $"{expected[..start]}TRUNCATE TABLE ONLY {table};\n{expected[start..end]} FROM stdin WITH (FREEZE);{expected[(end + " FROM stdin;".Length)..]}";
        }

        Assert.Equal(expected, await run.ScriptAsync(frozen));
    }

    private static (byte[] From, byte[] To) Pair(string from, string to) => (Encoding.UTF8.GetBytes(from), Encoding.UTF8.GetBytes(to));

    private static (byte[] From, byte[] To) Same(ReadOnlySpan<byte> statement) => (statement.ToArray(), statement.ToArray());

    private static Task<byte[]> FreezeAsync(byte[] archive, int[] pieces, IReadOnlySet<string> tables) =>
        ArchiveRun.PassAsync(archive, pieces, output => new FrozenRows(output, tables));
}
