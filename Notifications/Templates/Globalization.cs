using System.Globalization;

namespace ProdReady.Notifications.Templates;

/// <summary>Whether this process knows how people write numbers and dates.</summary>
internal static class Globalization
{
    /// <summary>What to do about it.</summary>
    public const string Failure =
        "Templates cannot be written: .NET runs globalization-invariant, so that every locale would get English numbers and dates. Unset "
        + "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT (and InvariantGlobalization), and install ICU (libicu, or icu-libs and icu-data-full).";

    /// <summary>By what it does, since there is more than one way into that mode.</summary>
    public static bool IsInvariant
    {
        get
        {
            try
            {
                return CultureInfo.GetCultureInfo("fr").NumberFormat.NumberDecimalSeparator != ",";
            }
            catch (CultureNotFoundException)
            {
                return true;
            }
        }
    }
}
