using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace ProdReady.ServiceDefaults.ApiKeys;

/// <summary>Who may call the operator and client endpoints.</summary>
public sealed class ApiKeyOptions
{
    /// <summary>The section that holds these settings.</summary>
    public const string SectionName = "ApiKeys";

    /// <summary>
    /// The key with every scope (<c>PRODREADY_ADMIN_KEY</c>), at least 24 characters. Without one, every endpoint that asks
    /// for a scope answers 401.
    /// </summary>
    [MinLength(24, ErrorMessage =
        "PRODREADY_ADMIN_KEY (ApiKeys:AdminKey) is shorter than 24 characters. Make one: openssl rand -hex 32")]
    public string? AdminKey { get; set; }
}

[OptionsValidator]
internal sealed partial class ValidateApiKeyOptions : IValidateOptions<ApiKeyOptions>;
