namespace ProdReady.Notifications.Verifications.Hosted;

/// <summary>The locales of Verify's own texts: https://www.twilio.com/docs/verify/supported-languages.</summary>
/// <remarks>Verify answers 404 to any other, as if there were no such service.</remarks>
internal static class VerifyLocales
{
    private static readonly Dictionary<string, string> All =
        "af ar ca zh zh-CN zh-HK hr cs da nl en en-GB et fi fr de el he hi hu id it ja kn ko lt ms mr nb pl pt pt-BR ro ru sk es sv tl te th tr uk vi"
            .Split(' ').ToDictionary(locale => locale, StringComparer.OrdinalIgnoreCase);

    /// <summary>The nearest one; <see langword="null"/> leaves it to Verify, which goes by the number's country.</summary>
    public static string? Nearest(string? locale)
    {
        if (locale is null)
        {
            return null;
        }

        var tag = locale.Replace('_', '-');
        return All.GetValueOrDefault(tag) ?? All.GetValueOrDefault(tag.Split('-')[0]);
    }
}
