namespace ProdReady.BackupWorker.Storage.S3;

/// <summary>A bucket and a prefix in it.</summary>
/// <param name="Bucket">The bucket's name.</param>
/// <param name="Prefix">What keys begin with: empty, or with a slash at its end.</param>
/// <param name="Endpoint">The service's address, for people.</param>
internal sealed record S3Place(string Bucket, string Prefix, string Endpoint)
{
    /// <summary>Both, for people.</summary>
    public string Location => $"s3://{Bucket}/{Prefix}".TrimEnd('/');

    public static S3Place Of(S3Options options) => new(
        options.Bucket!,
        options.KeyPrefix,
        string.IsNullOrWhiteSpace(options.Endpoint) ? $"S3 in {options.Region}" : options.Endpoint.TrimEnd('/'));

    public string KeyOf(string file) => Prefix + file;

    public string UrlOf(string file) => $"s3://{Bucket}/{Prefix}{file}";
}
