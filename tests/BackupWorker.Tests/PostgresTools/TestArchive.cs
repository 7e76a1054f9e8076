using System.Buffers.Binary;

namespace ProdReady.BackupWorker.Tests.PostgresTools;

/// <summary>Writes and reads archives of pg_dump's custom format, not compressed, as <c>pg_backup_archiver.c</c> does.</summary>
internal static class TestArchive
{
    /// <summary>An archive of a group of large objects, some tables, and a group of the other large objects; each piece is a block of its own.</summary>
    /// <param name="minor">The format's version.</param>
    /// <param name="tables">The pieces of each table's rows.</param>
    /// <param name="objects">The pieces of each large object.</param>
    /// <param name="compression">The method, or the level of older versions.</param>
    /// <param name="copies">By which statements the first entries' rows come in.</param>
    public static byte[] Write(byte minor, byte[][][] tables, byte[][][] objects, int compression = 0, byte[][]? copies = null)
    {
        var archive = new MemoryStream();
        archive.Write("PGDMP"u8);
        archive.Write([1, minor, 0, 4, 8, 1]);
        if (minor >= 15)
        {
            archive.WriteByte((byte)compression);
        }
        else
        {
            Integer(archive, compression);
        }

        Enumerable.Range(0, 7).ToList().ForEach(field => Integer(archive, field));
        Array.ForEach(["shop", "18.1", "18.1"], name => Text(archive, name));
        Integer(archive, tables.Length + 2);
        for (var entry = 0; entry < tables.Length + 2; entry++)
        {
            Entry(archive, minor, entry, entry < copies?.Length ? copies[entry] : null);
        }

        Group(archive, tables.Length + 1, objects[..(objects.Length / 2)]);
        for (var table = 0; table < tables.Length; table++)
        {
            archive.WriteByte(1);
            Integer(archive, table + 1);
            Blocks(archive, tables[table]);
        }

        Group(archive, tables.Length + 2, objects[(objects.Length / 2)..]);
        return archive.ToArray();
    }

    /// <summary>What an archive of <see cref="Write"/> holds: of each object and table, as they come, its bytes, and how long the blocks are.</summary>
    public static List<(byte[] Content, List<int> Blocks)> Read(byte[] archive, int tables, int objects, int headSize)
    {
        var position = headSize;
        var contents = new List<(byte[], List<int>)>();
        Group(tables + 1, objects / 2);
        for (var table = 0; table < tables; table++)
        {
            Assert.Equal((1, table + 1), (archive[position++], Next()));
            contents.Add(Content());
        }

        Group(tables + 2, objects - (objects / 2));
        Assert.Equal(archive.Length, position);
        return contents;

        void Group(int entry, int count)
        {
            Assert.Equal((3, entry), (archive[position++], Next()));
            for (var number = 0; number < count; number++)
            {
                Assert.Equal(Number(number), Next());
                contents.Add(Content());
            }

            Assert.Equal(0, Next());
        }

        int Next()
        {
            var value = BinaryPrimitives.ReadInt32LittleEndian(archive.AsSpan(position + 1));
            position += 5;
            return archive[position - 5] == 0 ? value : -value;
        }

        (byte[] Content, List<int> Blocks) Content()
        {
            var (content, blocks) = (new MemoryStream(), new List<int>());
            for (var length = Next(); length > 0; length = Next())
            {
                content.Write(archive.AsSpan(position, length));
                blocks.Add(length);
                position += length;
            }

            return (content.ToArray(), blocks);
        }
    }

    /// <summary>Beyond 2^31 the numbers of large objects are negative.</summary>
    private static int Number(int index) => index % 2 == 0 ? index + 1 : -index;

    private static void Group(MemoryStream archive, int entry, byte[][][] objects)
    {
        archive.WriteByte(3);
        Integer(archive, entry);
        for (var index = 0; index < objects.Length; index++)
        {
            Integer(archive, Number(index));
            Blocks(archive, objects[index]);
        }

        Integer(archive, 0);
    }

    private static void Entry(MemoryStream archive, byte minor, int entry, byte[]? copy)
    {
        Integer(archive, entry + 1);
        Integer(archive, 1);
        Array.ForEach(["1259", $"{16_000 + entry}", $"table {entry}", "TABLE DATA"], text => Text(archive, text));
        Integer(archive, 3);
        Array.ForEach(["", new('x', entry * 50)], text => Text(archive, text));
        Integer(archive, copy?.Length ?? -1);
        archive.Write(copy ?? []);
        Array.ForEach<string?>(["public", null, ""], text => Text(archive, text));
        if (minor >= 16)
        {
            Integer(archive, 'r');
        }

        Array.ForEach<string?>(["owner", "false", .. Enumerable.Range(1, entry % 3).Select(number => $"{number}"), null], text => Text(archive, text));
        archive.Write(new byte[9]);
    }

    private static void Blocks(MemoryStream archive, byte[][] pieces)
    {
        foreach (var piece in pieces)
        {
            Integer(archive, piece.Length);
            archive.Write(piece);
        }

        Integer(archive, 0);
    }

    private static void Text(MemoryStream archive, string? text)
    {
        Integer(archive, text?.Length ?? -1);
        archive.Write(System.Text.Encoding.UTF8.GetBytes(text ?? ""));
    }

    private static void Integer(MemoryStream archive, int value)
    {
        Span<byte> bytes = stackalloc byte[5];
        bytes[0] = (byte)(value < 0 ? 1 : 0);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[1..], Math.Abs(value));
        archive.Write(bytes);
    }
}
