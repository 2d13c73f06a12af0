using System.Management.Automation;

namespace ApiTokens.PowerShell.Delivery;

/// <summary>The name or path for a secret: a text, or a script block that returns it for the token in <c>$_</c>.</summary>
public sealed class SecretDestination
{
    /// <summary>Creates a destination that is the same for every token.</summary>
    /// <param name="text">The name or path.</param>
    public SecretDestination(string text)
    {
        Text = text;
    }

    /// <summary>Creates a destination for each token.</summary>
    /// <param name="script">Returns the name or path for the token in <c>$_</c>, which does not have its secret.</param>
    public SecretDestination(ScriptBlock script)
    {
        Script = script;
    }

    /// <summary>The name or path, if it is the same for every token.</summary>
    public string? Text { get; }

    /// <summary>The script block, if the name or path depends on the token.</summary>
    public ScriptBlock? Script { get; }

    /// <summary>Returns the text, or the script block as text.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => Text ?? $"{{{Script}}}";

    /// <summary>Returns the name or path for a token; empty if the script block returns none.</summary>
    internal string For(PSObject token) => Text
        ?? string.Join(" ", Script!.InvokeWithContext(null, [new PSVariable("_", token)]).Select(part => part?.ToString())).Trim();
}
