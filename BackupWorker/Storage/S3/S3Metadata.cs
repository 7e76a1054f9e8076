using System.Globalization;
using Amazon.S3.Model;

namespace ProdReady.BackupWorker.Storage.S3;

/// <summary>What our objects say about themselves.</summary>
internal static class S3Metadata
{
    private const string Mark = "prodready-upload";
    private const string GoesOnAfter = "prodready-goes-on-after";

    /// <summary>Tells an object from any other of its name; all objects of one file have the same mark.</summary>
    public static void SetMark(MetadataCollection metadata, string mark) => metadata[Mark] = mark;

    public static string? MarkOf(MetadataCollection metadata) => metadata[Mark];

    /// <summary>Notes a full object's size in bytes: how long this one will be is not known when its upload begins.</summary>
    public static void SetGoesOnAfter(MetadataCollection metadata, long size) =>
        metadata[GoesOnAfter] = size.ToString(CultureInfo.InvariantCulture);

    /// <summary>Whether an object of this length goes on in another one. Those that say nothing, as older ones, end their file.</summary>
    public static bool GoesOn(MetadataCollection metadata, long length) =>
        metadata[GoesOnAfter] == length.ToString(CultureInfo.InvariantCulture);
}
