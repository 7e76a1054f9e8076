namespace ProdReady.Webhooks.Quarantine;

/// <summary>A request that was refused, on its way into the quarantine.</summary>
/// <param name="Id">Its id there: a UUID of version 7 that carries the receive time.</param>
/// <param name="Source">The source that it came to.</param>
/// <param name="ReceivedAt">When it began.</param>
/// <param name="Reason">Why it was refused.</param>
/// <param name="Url">The address as its sender sees it, where that is signed.</param>
/// <param name="Headers">Its headers, as a JSON object.</param>
/// <param name="Body">Its bytes, a copy of their own.</param>
/// <param name="BodySha256">Their hash.</param>
/// <param name="Key">What tells it from others of the same bytes.</param>
internal sealed record RefusedRequest(
    Guid Id, string Source, DateTimeOffset ReceivedAt, string Reason, string Url, string Headers, byte[] Body, byte[] BodySha256, Guid Key);

/// <summary>A refused request, read back in clear.</summary>
internal sealed record QuarantinedRequest(
    Guid Id, string Source, DateTimeOffset ReceivedAt, string Reason, string Url, IHeaderDictionary Headers, ReadOnlyMemory<byte> Body);
