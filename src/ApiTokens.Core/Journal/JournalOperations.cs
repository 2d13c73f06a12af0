namespace ApiTokens.Journal;

/// <summary>The names of operations in journals.</summary>
public static class JournalOperations
{
    /// <summary>Issues tokens.</summary>
    public const string New = "New";

    /// <summary>Removes tokens.</summary>
    public const string Remove = "Remove";

    /// <summary>Enables tokens.</summary>
    public const string Enable = "Enable";

    /// <summary>Disables tokens.</summary>
    public const string Disable = "Disable";

    /// <summary>Renames tokens.</summary>
    public const string Rename = "Rename";

    /// <summary>Resets tokens, and records when the old tokens are due to be retired.</summary>
    public const string Reset = "Reset";

    /// <summary>Retires the old tokens that are due. It uses the journal of <see cref="Reset"/>.</summary>
    public const string Retire = "Retire";
}
