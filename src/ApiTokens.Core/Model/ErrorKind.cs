namespace ApiTokens;

/// <summary>The kind of an <see cref="ApiTokenException"/>. The names are those of PowerShell's ErrorCategory.</summary>
public enum ErrorKind
{
    /// <summary>A value is invalid; no request was sent.</summary>
    InvalidArgument,

    /// <summary>The service rejected the content of the request (400, 422).</summary>
    InvalidData,

    /// <summary>The service rejected the credential (401).</summary>
    AuthenticationError,

    /// <summary>The credential does not have the required permission (403).</summary>
    PermissionDenied,

    /// <summary>The token, account or connection does not exist (404).</summary>
    ObjectNotFound,

    /// <summary>The object already exists, or its state does not allow the change (409).</summary>
    ResourceExists,

    /// <summary>There are too many requests (429) or too many tokens.</summary>
    LimitsExceeded,

    /// <summary>The request timed out (408, or the timeout of the connection).</summary>
    OperationTimeout,

    /// <summary>The service could not be reached, or it failed (5xx).</summary>
    ConnectionError,

    /// <summary>The response is invalid.</summary>
    InvalidResult,

    /// <summary>The service does not support the operation; no request was sent.</summary>
    NotImplemented,

    /// <summary>A safety check prevented the operation; no request was sent.</summary>
    InvalidOperation,
}
