using System.Management.Automation;

namespace ApiTokens.PowerShell.Delivery;

/// <summary>A name or path for a secret: a text, or a script block that makes one of the token in <c>$_</c>.</summary>
public sealed class SecretPlace
{
    /// <summary>The same for every token.</summary>
    /// <param name="text">The name or path.</param>
    public SecretPlace(string text)
    {
        Text = text;
    }

    /// <summary>One for each token.</summary>
    /// <param name="script">Makes it of the token in <c>$_</c>, which has no secret.</param>
    public SecretPlace(ScriptBlock script)
    {
        Script = script;
    }

    /// <summary>The text, if it is one.</summary>
    public string? Text { get; }

    /// <summary>The script block, if it is one.</summary>
    public ScriptBlock? Script { get; }

    /// <summary>As it was given.</summary>
    /// <returns>The text, or the script block's.</returns>
    public override string ToString() => Text ?? $"{{{Script}}}";

    /// <summary>The name or path for a token; empty where the script block gives none.</summary>
    internal string For(PSObject token) => Text
        ?? string.Join(" ", Script!.InvokeWithContext(null, [new PSVariable("_", token)]).Select(part => part?.ToString())).Trim();
}
