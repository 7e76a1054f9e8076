namespace ProdReady.ServiceDefaults.Configuration;

/// <summary>
/// What is wrong with a connection URL. A type of its own, because the drivers' messages quote the value and these never do.
/// </summary>
/// <param name="message">Completes "DATABASE_URL ...".</param>
internal sealed class MalformedUrlException(string message) : Exception(message);
