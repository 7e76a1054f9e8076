namespace ProdReady.Notifications.Templates;

/// <summary>The plural categories of Unicode CLDR, which each language uses some of.</summary>
internal enum PluralForm
{
    /// <summary>Arabic for 0, for example.</summary>
    Zero,

    /// <summary>Mostly for 1; French for 0 as well, Russian for 21 as well.</summary>
    One,

    /// <summary>Arabic for 2.</summary>
    Two,

    /// <summary>Polish for 2, 3, 4, 22, ...</summary>
    Few,

    /// <summary>Polish for 5; French for 1,000,000.</summary>
    Many,

    /// <summary>All others.</summary>
    Other,
}
