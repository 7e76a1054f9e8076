namespace ProdReady.ServiceDefaults.Configuration;

/// <summary>One environment variable that some part of the product reads.</summary>
/// <param name="Name">The variable, as it stands in <c>.env.example</c>.</param>
/// <param name="ConfigurationKey">
/// The configuration key that a service reads it as; <see langword="null"/> for a variable that the tools or the
/// runtime read by its own name.
/// </param>
public sealed record EnvironmentName(string Name, string? ConfigurationKey = null);
